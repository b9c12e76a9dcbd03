import type { DeviceName } from "../../lib/api/device_info.ts";
import { listDevices } from "../../lib/native/device.ts";

/** The devices that work here, the reference first. */
export const DEVICES: readonly DeviceName[] = listDevices()
  .filter(({ available }) => available)
  .map(({ name }) => name)
  .reverse();
