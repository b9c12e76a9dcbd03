import { MambaError } from "../lib/mod.ts";

/** Runs an example. What goes wrong is told with what to do about it. */
export async function runExample(example: () => Promise<void>): Promise<void> {
  try {
    await example();
  } catch (error) {
    if (!(error instanceof MambaError)) throw error;
    console.error(`error: ${error.message}`);
    if (error.hint !== undefined) console.error(`hint: ${error.hint}`);
    Deno.exit(1);
  }
}
