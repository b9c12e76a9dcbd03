import {
  DEVICE_NAMES,
  DTYPE_NAMES,
  type DtypeName,
} from "../api/device_info.ts";
import type { EngineOptions } from "../engine/engine.ts";
import { type DeviceChoice, getDevice } from "../native/device.ts";
import type { Flags, FlagValues } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** Flags of every verb that computes. */
export const DEVICE_FLAGS = {
  device: {
    type: "choice",
    choices: ["auto", ...DEVICE_NAMES],
    description: "where to compute",
    default: "auto, or MAMBA_DEVICE",
  },
  dtype: {
    type: "choice",
    choices: DTYPE_NAMES,
    description: "number format to keep the matrices in",
    default: "as stored",
  },
  threads: {
    type: "integer",
    min: 1,
    max: 256,
    description: "threads of the cpu device",
    default: "all cores, or MAMBA_THREADS",
  },
} as const satisfies Flags;

/** The flags as the options of an engine or a model. */
export function deviceOptions(
  flags: FlagValues<typeof DEVICE_FLAGS>,
): Pick<EngineOptions, "device" | "dtype" | "threads"> {
  const { device, dtype, threads } = flags;
  return {
    // The table of choices has just been checked against these types' words.
    ...(device === undefined ? {} : { device: device as DeviceChoice }),
    ...(dtype === undefined ? {} : { dtype: dtype as DtypeName }),
    ...(threads === undefined ? {} : { threads }),
  };
}

/** Says that a better device cannot be used, and why; nothing if none could. */
export function noteFallback(terminal: Terminal, choice?: DeviceChoice): void {
  const { name, passedOver } = getDevice(choice);
  for (const better of passedOver) {
    // Only a Mac has Metal: nobody waits for it elsewhere.
    if (better.name === "metal" && Deno.build.os !== "darwin") continue;
    terminal.note(`Using ${name}, not ${better.name}: ${better.reason}`);
  }
}
