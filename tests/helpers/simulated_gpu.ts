/**
 * A simulated GPU computes what a real one does, some hundred times slower
 * than a CPU: tests that only need much work to be done take less of it.
 *
 * @module
 */
import { listDevices } from "../../lib/native/device.ts";

/** Whether the device "metal" is the simulator of the tests. */
export const GPU_IS_SIMULATED = listDevices()
  .some(({ description }) => description === "Simulated Apple GPU");

/**
 * The environment of programs that train models of a useful size, which takes
 * hours on a simulated GPU: they train on the CPU of the same library. That
 * training is right on a GPU is shown with small models.
 */
export const LONG_TRAINING: Record<string, string> = GPU_IS_SIMULATED
  ? { MAMBA_DEVICE: "cpu" }
  : {};
