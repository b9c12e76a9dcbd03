import { Engine } from "../engine/engine.ts";
import type { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { Perplexity } from "../engine/perplexity.ts";
import { DEVICE_FLAGS, deviceOptions, noteFallback } from "./device_flags.ts";
import { findModel } from "../engine/find_model.ts";
import { alignColumns, formatRate, toJson } from "./format.ts";
import { comparePpl } from "./ppl_compare.ts";
import { readTextFile } from "./read_text_file.ts";
import type { Terminal } from "./terminal.ts";
import { defineVerb } from "./verb.ts";

/** `ppl <model> <file>`: how well a model predicts a text. */
export const ppl = defineVerb({
  name: "ppl",
  summary: "Measure how well a model predicts a text",
  positionals: { required: ["model", "file"] },
  flags: {
    "max-tokens": {
      type: "integer",
      min: 2,
      description: "read only so many tokens of the text",
      default: "all",
    },
    compare: {
      type: "boolean",
      description: "compare q8 and q4 (or --dtype) with f32",
    },
    ...DEVICE_FLAGS,
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "The file is UTF-8 text; - is standard input. It is read once from its " +
    "first token, which is not predicted, to its last. Documents that " +
    "<|endoftext|> separates are one stream, and the separator is predicted " +
    "too, but is no byte of the text.",
    "--compare reads the text with several formats of the same weights and " +
    "shows, beside each one's perplexity, how far its distributions are from " +
    "those of f32: the mean KL divergence per token in nats, and how often " +
    "both find the same token likeliest.",
    "Behind ± stands the standard error, as if the tokens were independent. " +
    "Bits per byte compare models with different tokenizers, perplexities " +
    "do not.",
  ],
  examples: [
    "ppl mamba-130m story.txt",
    "ppl mamba-130m story.txt --compare",
    "ppl ./my-model - --max-tokens 10000 --json < story.txt",
  ],
  async run({ flags, positionals: [name = "", file = ""], terminal }) {
    const { id, directory } = await findModel(name);
    const text = await readTextFile(file, terminal);
    const device = deviceOptions(flags);
    noteFallback(terminal, device.device);
    if (flags.compare) {
      return await comparePpl({
        model: id,
        directory,
        text,
        maxTokens: flags["max-tokens"],
        device,
        json: flags.json ?? false,
      }, terminal);
    }
    using interrupt = terminal.catchInterrupt();
    const { signal } = interrupt;
    await using engine = Engine.open({ ...device, allowPaths: true });
    const model = await engine.load(directory, {
      signal,
      onProgress: (done, total) =>
        terminal.progress(share("loading", done, total)),
    });
    const ids = (await model.encode(text, { signal }))
      .subarray(0, flags["max-tokens"]);
    const measured = await measure(model, ids, { signal, terminal });
    await terminal.write(
      flags.json
        ? toJson({
          model: id,
          device: model.device,
          dtype: model.dtype,
          file,
          ...measured,
        })
        : inWords(measured),
    );
    return 0;
  },
});

function measure(
  model: MambaLMHeadModel,
  ids: Uint32Array,
  { signal, terminal }: { signal: AbortSignal; terminal: Terminal },
): Promise<Perplexity> {
  const start = performance.now();
  return model.perplexity(ids, {
    signal,
    onProgress: (done, total) => {
      const rate = 1000 * done / (performance.now() - start);
      terminal.progress(
        `${share("reading", done, total)} at ${formatRate(rate)}`,
      );
    },
  });
}

function share(doing: string, done: number, total: number): string {
  return `${doing} ${Math.floor(100 * done / total)} %`;
}

function inWords(measured: Perplexity): string {
  const { perplexity, bitsPerByte, tokens, bytes, tokensPerSecond } = measured;
  const rows = [
    ["perplexity", withError(perplexity, measured.perplexityError)],
    ...(bitsPerByte === undefined ? [] : [
      ["bits per byte", withError(bitsPerByte, measured.bitsPerByteError)],
    ]),
    ["tokens predicted", String(tokens)],
    ...(bytes === undefined ? [] : [["bytes predicted", String(bytes)]]),
    ["speed", formatRate(tokensPerSecond)],
  ];
  return alignColumns(rows).map((line) => `${line}\n`).join("");
}

/** `12.34 ± 0.56`: the error's first two digits decide how many are shown. */
function withError(value: number, error: number | undefined): string {
  if (error === undefined) return String(Number(value.toPrecision(4)));
  const decimals = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${value.toFixed(decimals)} ± ${error.toFixed(decimals)}`;
}
