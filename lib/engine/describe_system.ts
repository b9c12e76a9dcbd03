import { toApiError } from "../api/api_error.ts";
import type { ApiError } from "../api/generate_event.ts";
import { VERSION } from "../config.ts";
import { type ChosenDevice, getDevice } from "../native/device.ts";
import { openLibrary } from "../native/library.ts";

/** What runs here. */
export interface SystemInfo {
  /** The version of this package. */
  version: string;
  /** The version of the native library's C ABI. */
  abiVersion?: number;
  /** The device that models use unless told otherwise. */
  device?: ChosenDevice;
  /** Why there is no device. */
  error?: ApiError;
}

/** What runs here; a native library that is missing is told, not thrown. */
export function describeSystem(): SystemInfo {
  try {
    const { abiVersion } = openLibrary();
    return { version: VERSION, abiVersion, device: getDevice() };
  } catch (error) {
    return { version: VERSION, error: toApiError(error) };
  }
}
