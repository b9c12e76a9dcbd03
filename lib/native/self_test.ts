import { dirname, join } from "node:path";
import { dataDirectory, environment, VERSION } from "../config.ts";
import { openLibrary, openTrainingLibrary } from "./library.ts";
import { readJson } from "./read_json.ts";
import { cString } from "./structs.ts";

/** One part of a self-test: an op, or a file of GPU kernels. */
export interface DeviceCheck {
  name: string;
  passed: boolean;
  /** What is wrong, or what was compared. */
  detail: string;
}

/** What a device's self-test found. */
export interface DeviceTest {
  passed: boolean;
  checks: DeviceCheck[];
  /** When it ran, ISO 8601. */
  at: string;
}

/** What is tested: the ops of a model, or the gradients of a training step. */
export type TestKind = "ops" | "training";

/** A test on disk, and what it holds for. */
interface StoredTest {
  key: string;
  test: DeviceTest;
}

/** Room for the JSON, so that the test runs once. */
const JSON_BYTES = 1 << 16;

/** Of this process. */
const known = new Map<string, DeviceTest>();

/**
 * Compares a device with the reference: every op on small inputs, or every
 * gradient of small models. Takes a second or so on a GPU.
 *
 * @throws {MambaError} `unsupported` for a device that does not work at all
 */
export function testDevice(device: string, kind: TestKind = "ops"): DeviceTest {
  const run = kind === "ops"
    ? openLibrary().symbols.mamba_device_test
    : openTrainingLibrary().mamba_trainer_test;
  const result = readJson(
    (json, ...rest) => run(cString(device), json, ...rest),
    JSON_BYTES,
  ) as Omit<DeviceTest, "at">;
  return { ...result, at: new Date().toISOString() };
}

/**
 * The test of this library on this GPU: the one that was kept, else a new one,
 * which is kept. Undefined if tests are off (`MAMBA_SELF_TEST`).
 *
 * @param identity the GPU and its system, as the library names them
 */
export function rememberedTest(
  device: string,
  identity: string,
  kind: TestKind = "ops",
): DeviceTest | undefined {
  const mode = environment("MAMBA_SELF_TEST");
  if (mode === "off") return undefined;
  const key = `${VERSION} ${libraryVersion()} ${device} ${identity} ${kind}`;
  const before = known.get(key) ??
    (mode === "always" ? undefined : readStored(kind, key));
  if (before !== undefined) return before;
  const test = testDevice(device, kind);
  known.set(key, test);
  store(kind, { key, test });
  return test;
}

/** What a test found first that is wrong, in words; undefined = nothing. */
export function firstFailure(test: DeviceTest | undefined): string | undefined {
  const wrong = test?.checks.find(({ passed }) => !passed);
  return wrong === undefined ? undefined : `${wrong.name}: ${wrong.detail}`;
}

/** Changes when the library is built anew. */
function libraryVersion(): string {
  const { size, mtime } = Deno.statSync(openLibrary().path);
  return `${size} ${mtime?.getTime()}`;
}

function storedPath(kind: TestKind): string {
  return join(dataDirectory(), `device-test-${kind}.json`);
}

function readStored(kind: TestKind, key: string): DeviceTest | undefined {
  try {
    const text = Deno.readTextFileSync(storedPath(kind));
    const stored: StoredTest = JSON.parse(text);
    return stored.key === key ? stored.test : undefined;
  } catch {
    // Not there, not readable, or not whole: the test runs again.
    return undefined;
  }
}

/** Keeps a test, where that is allowed; else the next process tests again. */
function store(kind: TestKind, stored: StoredTest): void {
  try {
    const path = storedPath(kind);
    const { state } = Deno.permissions.querySync({ name: "write", path });
    if (state !== "granted") return;
    Deno.mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${crypto.randomUUID().slice(0, 8)}`;
    Deno.writeTextFileSync(draft, JSON.stringify(stored));
    Deno.renameSync(draft, path);
  } catch {
    // A full or read-only disk is no reason not to compute.
  }
}
