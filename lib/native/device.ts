import { environment } from "../config.ts";
import { MambaError } from "../api/mamba_error.ts";
import type { DeviceName } from "../api/device_info.ts";
import { openLibrary } from "./library.ts";
import { readJson } from "./read_json.ts";
import { type DeviceTest, firstFailure, rememberedTest } from "./self_test.ts";

/** A backend of the native library. */
export interface DeviceInfo {
  name: DeviceName;
  available: boolean;
  /** Why it is not available; empty if it is. */
  reason: string;
  /** The device in words. */
  description: string;
  /** The instruction set of the cpu device, e.g. "avx512"; else empty. */
  simd: string;
  /** The threads that it uses unless told otherwise. */
  threads: number;
  /** The GPU and its system, which a self-test holds for; empty without one. */
  identity: string;
  /** What the GPU's self-test found; undefined without a GPU or a test. */
  test?: DeviceTest;
}

/** The device that was chosen, and what was passed over for it. */
export interface ChosenDevice extends DeviceInfo {
  /** Better devices that are not available, each with its reason. */
  passedOver: { name: DeviceName; reason: string }[];
}

/** What a caller may ask for. */
export type DeviceChoice = "auto" | DeviceName;

/** Best first. */
const PREFERENCE: readonly DeviceName[] = ["metal", "cpu", "reference"];

/**
 * Every backend of the native library, best first. A GPU is tested first, once
 * for each library, system and GPU; one that fails is not available.
 */
export function listDevices(): DeviceInfo[] {
  return describeDevices().map((device) =>
    device.identity === "" ? device : tested(device)
  );
}

/** The backends as the library sees them, nothing tested. */
function describeDevices(): DeviceInfo[] {
  const { symbols } = openLibrary();
  const devices = readJson((json, capacity, needed, error, errorCapacity) =>
    symbols.mamba_devices_describe(json, capacity, needed, error, errorCapacity)
  ) as DeviceInfo[];
  return devices.sort((a, b) =>
    PREFERENCE.indexOf(a.name) - PREFERENCE.indexOf(b.name)
  );
}

function tested(device: DeviceInfo): DeviceInfo {
  const test = rememberedTest(device.name, device.identity);
  if (test === undefined) return device;
  const failure = firstFailure(test);
  if (failure === undefined) return { ...device, test };
  const reason = `its self-test failed: ${failure}`;
  return { ...device, test, available: false, reason };
}

/**
 * The device that `choice` stands for; "auto" takes the first of metal, cpu
 * and reference that works. Without a choice, `MAMBA_DEVICE` decides.
 *
 * @throws {MambaError} `invalid_argument` for an unknown name, `unsupported`
 * for one that does not work here, with the reason
 */
export function getDevice(choice?: DeviceChoice): ChosenDevice {
  const wanted = choice ?? environment("MAMBA_DEVICE") ?? "auto";
  // Who asks for another device does not wait for the GPU's test.
  const mayBeGpu = wanted === "auto" || wanted === "metal";
  return choose(wanted, mayBeGpu ? listDevices() : describeDevices());
}

/**
 * As {@linkcode getDevice}, for training: a GPU's gradients are tested too.
 */
export function getTrainingDevice(choice?: DeviceChoice): ChosenDevice {
  const device = getDevice(choice);
  if (device.identity === "") return device;
  const test = rememberedTest(device.name, device.identity, "training");
  const failure = firstFailure(test);
  if (failure === undefined) return device;
  const reason = `its training test failed: ${failure}`;
  const wanted = choice ?? environment("MAMBA_DEVICE") ?? "auto";
  return choose(
    wanted,
    describeDevices().map((other) =>
      other.name === device.name
        ? { ...other, available: false, reason }
        : other
    ),
  );
}

function choose(wanted: string, devices: readonly DeviceInfo[]): ChosenDevice {
  const fits = (device: DeviceInfo) =>
    wanted === "auto" ? device.available : device.name === wanted;
  const index = devices.findIndex(fits);
  const found = devices[index];
  if (found === undefined) {
    throw new MambaError(
      "invalid_argument",
      `Cannot use the device ${JSON.stringify(wanted)}: there is no such one`,
      { field: "device", hint: `Use auto, ${PREFERENCE.join(", ")}.` },
    );
  }
  if (!found.available) {
    throw new MambaError(
      "unsupported",
      `Cannot use the device ${found.name}: ${found.reason}`,
      { field: "device", hint: "Use device auto to take the best that works." },
    );
  }
  const passedOver = devices.slice(0, index)
    .filter((device) => !device.available)
    .map(({ name, reason }) => ({ name, reason }));
  return { ...found, passedOver };
}
