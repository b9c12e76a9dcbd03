import {
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { dataDirectory, environment, VERSION } from "../config.ts";
import { openLibrary } from "./library.ts";
import { readJson } from "./model.ts";
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

/** A test on disk, and what it holds for. */
interface StoredTest {
  key: string;
  test: DeviceTest;
}

/** Room for the JSON, so that the test runs once. */
const JSON_BYTES = 1 << 16;

/** Of this process; undefined = not asked for yet. */
const known = new Map<string, DeviceTest>();

/**
 * Runs every op of a device on small inputs and compares the results with the
 * reference's. Takes a second or so on a GPU.
 *
 * @throws {MambaError} `unsupported` for a device that does not work at all
 */
export function testDevice(device: string): DeviceTest {
  const { symbols } = openLibrary();
  const result = readJson(
    (json, capacity, needed, error, errorCapacity) =>
      symbols.mamba_device_test(
        cString(device),
        json,
        capacity,
        needed,
        error,
        errorCapacity,
      ),
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
): DeviceTest | undefined {
  const mode = environment("MAMBA_SELF_TEST");
  if (mode === "off") return undefined;
  const key = `${VERSION} ${libraryVersion()} ${device} ${identity}`;
  const before = known.get(key) ??
    (mode === "always" ? undefined : readStored(key));
  if (before !== undefined) return before;
  const test = testDevice(device);
  known.set(key, test);
  store({ key, test });
  return test;
}

/** Changes when the library is built anew. */
function libraryVersion(): string {
  const { size, mtimeMs } = statSync(openLibrary().path);
  return `${size} ${mtimeMs}`;
}

function storedPath(): string {
  return join(dataDirectory(), "device-test.json");
}

function readStored(key: string): DeviceTest | undefined {
  try {
    const stored: StoredTest = JSON.parse(readFileSync(storedPath(), "utf8"));
    return stored.key === key ? stored.test : undefined;
  } catch {
    // Not there, not readable, or not whole: the test runs again.
    return undefined;
  }
}

/** Keeps a test, where that is allowed; else the next process tests again. */
function store(stored: StoredTest): void {
  try {
    const path = storedPath();
    const { state } = Deno.permissions.querySync({ name: "write", path });
    if (state !== "granted") return;
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${crypto.randomUUID().slice(0, 8)}`;
    writeFileSync(draft, JSON.stringify(stored));
    renameSync(draft, path);
  } catch {
    // A full or read-only disk is no reason not to compute.
  }
}
