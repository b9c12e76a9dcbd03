import { MambaError, type TrainingEvent } from "../lib/mod.ts";

/** Runs an example. What goes wrong is told with what to do about it. */
export async function runExample(example: () => Promise<void>): Promise<void> {
  try {
    await example();
  } catch (error) {
    const told = explain(error);
    if (told === undefined) throw error;
    console.error(`error: ${told.message}`);
    if (told.hint !== undefined) console.error(`hint: ${told.hint}`);
    Deno.exit(1);
  }
}

/** A run tells of its failure in its last event. */
export function throwIfFailed(
  { error }: Extract<TrainingEvent, { type: "end" }>,
): void {
  if (error !== undefined) {
    throw new MambaError(error.code, error.message, error);
  }
}

/** An error that its reader can do something about; undefined for others. */
function explain(
  error: unknown,
): { message: string; hint?: string | undefined } | undefined {
  if (error instanceof MambaError) return error;
  const ofSystem = Object.values(Deno.errors).some((kind) =>
    error instanceof kind
  );
  if (!ofSystem) return undefined;
  const { message } = error as Error;
  return { message: `Cannot go on: ${message}` };
}
