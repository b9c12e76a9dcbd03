import type { GenerateRequest } from "../api/generate_request.ts";
import { resolveSampling } from "../api/sampling_options.ts";
import { Engine, type EngineOptions } from "../engine/engine.ts";
import { type CatalogEntry, ModelCatalog } from "../engine/model_catalog.ts";
import { type Continuation, continueText, figures } from "./continue_text.ts";
import { DEVICE_FLAGS, deviceOptions, noteFallback } from "./device_flags.ts";
import { findModel } from "../engine/find_model.ts";
import {
  alignColumns,
  formatBytes,
  formatCount,
  formatRate,
  toJson,
} from "./format.ts";
import { readPrompt } from "./read_prompt.ts";
import { SAMPLING_FLAGS, samplingOptions } from "./sampling_flags.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

/** One model's answer with what the model is. */
interface Compared extends Continuation {
  parameters: number;
  dtype: string;
  weightBytes: number;
}

/** `compare [model…]`: the same prompt and seed for each. */
export const compare = defineVerb({
  name: "compare",
  summary: "Continue one text with several models",
  positionals: { rest: "model" },
  flags: {
    prompt: {
      type: "string",
      description: "the text to continue; - reads standard input",
    },
    ...SAMPLING_FLAGS,
    ...DEVICE_FLAGS,
    json: {
      type: "boolean",
      description: "print one JSON object at the end instead of the texts",
    },
  },
  details: [
    "All models get the same prompt, options and seed, one after the other, " +
    "each alone in memory. Without models, it is the first two of models/ and " +
    "MAMBA_MODELS.",
  ],
  examples: [
    'compare mamba-130m mamba2-130m --prompt "In the beginning" --max-tokens 64',
  ],
  async run({ flags, positionals, terminal }) {
    if (flags.prompt === undefined) {
      throw new UsageError("Cannot compare without a prompt", "Give --prompt.");
    }
    const models = await findModels(positionals);
    const prompt = await readPrompt(flags.prompt, terminal);
    const sampling = samplingOptions(flags);
    // One draw for all of them, if no seed was given.
    const { seed } = resolveSampling(sampling);
    const device = deviceOptions(flags);
    noteFallback(terminal, device.device);
    const results: Compared[] = [];
    using interrupt = terminal.catchInterrupt();
    for (const { id, directory } of models) {
      const made = await answerWith(
        device,
        { ...sampling, seed, prompt, model: directory },
        { id, terminal, signal: interrupt.signal, silent: flags.json === true },
      );
      results.push(made);
      if (interrupt.signal.aborted) break;
    }
    await terminal.write(
      flags.json ? toJson({ prompt, seed, results }) : table(results),
    );
    return interrupt.signal.aborted ? INTERRUPTED : 0;
  },
});

async function findModels(names: readonly string[]): Promise<CatalogEntry[]> {
  const models = names.length === 0
    ? (await new ModelCatalog().entries()).slice(0, 2)
    : await Promise.all(names.map(findModel));
  if (models.length >= 2) return models;
  throw new UsageError(
    `Cannot compare ${models.length === 1 ? "one model" : "no models"}`,
    "Name two or more.",
  );
}

interface AnswerOptions {
  id: string;
  terminal: Terminal;
  signal: AbortSignal;
  silent: boolean;
}

async function answerWith(
  device: EngineOptions,
  request: GenerateRequest,
  { id, terminal, signal, silent }: AnswerOptions,
): Promise<Compared> {
  // An engine of its own: the one before has given its memory back.
  await using engine = Engine.open({ ...device, allowPaths: true });
  const model = await engine.load(request.model, {
    signal,
    onProgress: (done, total) =>
      terminal.progress(`loading ${id} ${Math.floor(100 * done / total)} %`),
  });
  const say = (text: string) => silent ? undefined : terminal.write(text);
  await say(terminal.style("bold", `── ${id} ──`) + "\n");
  await say(terminal.style("dim", request.prompt));
  const made = await continueText(engine, request, {
    terminal,
    signal,
    label: id,
    onEvent: async (event) => {
      if (event.type === "token") await say(event.text);
    },
  });
  await say("\n");
  if (!silent) terminal.note(figures(made));
  await say("\n");
  return {
    ...made,
    parameters: model.parameterCount,
    dtype: model.dtype,
    weightBytes: model.weightBytes,
  };
}

function table(results: readonly Compared[]): string {
  const head = [
    "model",
    "parameters",
    "dtype",
    "weights",
    "state",
    "prompt",
    "decode",
    "tokens",
    "end",
  ];
  const rows = results.map((made) => [
    made.model,
    formatCount(made.parameters),
    made.dtype,
    formatBytes(made.weightBytes),
    formatBytes(made.stateBytes),
    formatRate(made.timings.promptTokensPerSecond),
    formatRate(made.timings.tokensPerSecond),
    String(made.timings.generatedTokens),
    made.finishReason,
  ]);
  return alignColumns([head, ...rows], [1, 3, 4, 5, 6, 7]).join("\n") + "\n";
}
