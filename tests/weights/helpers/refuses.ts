import { assertExists, assertRejects, assertStringIncludes } from "@std/assert";
import { MambaError } from "../../../lib/api/mamba_error.ts";
import { openCheckpoint } from "../../../lib/weights/mod.ts";
import { modelDirectory } from "./small_model.ts";

/**
 * Asserts that a model directory with these files is refused with an ordinary
 * error that names a file of it, holds every phrase, and says what to do.
 */
export async function assertRefused(
  files: Record<string, string | Uint8Array>,
  ...phrases: string[]
): Promise<void> {
  using directory = modelDirectory(files);
  const error = await assertRejects(
    () => openCheckpoint(directory.path),
    MambaError,
  );
  assertStringIncludes(error.message, `Cannot load ${directory.path}`);
  assertExists(error.hint);
  for (const phrase of phrases) assertStringIncludes(error.message, phrase);
}
