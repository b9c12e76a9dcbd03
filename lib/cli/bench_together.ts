import {
  benchTogether,
  type TogetherOptions,
  togetherToMarkdown,
} from "../bench/bench_together.ts";
import { findModel } from "../engine/find_model.ts";
import { toJson } from "./format.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** What `--together` takes if no `--model` says otherwise. */
const DEFAULT_MODELS = ["fairy-mamba1", "fairy-mamba2"];

/** `bench --together`: columns that stream at once, beside each alone. */
export async function benchTogetherOf(
  names: readonly string[] = DEFAULT_MODELS,
  { json, ...options }:
    & Omit<TogetherOptions, "models" | "onProgress" | "signal">
    & { json: boolean },
  terminal: Terminal,
): Promise<number> {
  if (names.length < 2 || names.length > 4) {
    throw new UsageError(
      `Cannot measure ${names.length} columns together`,
      "Give two to four --model, or none for the built-in ones.",
    );
  }
  const models: { name: string; directory: string }[] = [];
  for (const name of names) {
    const { id, directory } = await findModel(name);
    models.push({ name: id, directory });
  }
  using interrupt = terminal.catchInterrupt();
  const { signal } = interrupt;
  try {
    const report = await benchTogether({
      ...options,
      models,
      signal,
      onProgress: (text) => terminal.progress(text),
    });
    await terminal.write(json ? toJson(report) : togetherToMarkdown(report));
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.note("interrupted");
    return INTERRUPTED;
  }
}
