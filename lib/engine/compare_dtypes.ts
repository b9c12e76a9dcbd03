import type { DtypeName } from "../api/device_info.ts";
import { MambaError } from "../api/mamba_error.ts";
import { scoreLogits } from "../native/score.ts";
import { compareLogits } from "./compare_logits.ts";
import { throwIfAborted } from "./compute_lane.ts";
import { LogprobStatistics } from "./logprob_statistics.ts";
import type { MambaLMHeadModel } from "./mamba_lm_head_model.ts";
import { byteCounter, type Perplexity } from "./perplexity.ts";

/** How one format of a model's weights predicts a text. */
export interface DtypeComparison {
  dtype: DtypeName;
  weightBytes: number;
  measured: Perplexity;
  /** Mean KL(baseline‖this) per token, in nats; 0 of the baseline itself. */
  kl: number;
  /** Standard error of `kl`, as if tokens were independent. */
  klError: number;
  /** Share of the tokens for which both have the same likeliest id. */
  sameTop: number;
}

/** Options of {@linkcode compareDtypes}. */
export interface CompareDtypesOptions {
  /** The formats; the first is what the others are compared with. */
  dtypes: readonly DtypeName[];
  /** Loads the model with a format; it is closed here. */
  load(dtype: DtypeName): Promise<MambaLMHeadModel>;
  /** Tokens of the text, at least two. */
  ids: Uint32Array<ArrayBuffer>;
  /** Stops between two pieces of the text. */
  signal?: AbortSignal | undefined;
  /** Told how many tokens are read. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Rows of logits at a time, of each model. */
const CHUNK = 128;

/**
 * Reads a text with the same model in several formats at once, and compares
 * the distributions for each of its tokens with those of the first format.
 *
 * @throws {MambaError} `invalid_argument` if there is nothing to predict
 */
export async function compareDtypes(
  options: CompareDtypesOptions,
): Promise<DtypeComparison[]> {
  const { dtypes, ids, signal } = options;
  if (ids.length < 2) {
    throw new MambaError(
      "invalid_argument",
      "Cannot compare on fewer than two tokens",
      { field: "text", hint: "Give a longer text." },
    );
  }
  await using readers = new AsyncDisposableStack();
  const list: Reader[] = [];
  for (const dtype of dtypes) {
    const reader = readers.use(new Reader(await options.load(dtype), dtype));
    list.push(reader);
  }
  const fed = ids.subarray(0, -1);
  for (let at = 0; at < fed.length; at += CHUNK) {
    throwIfAborted(signal);
    const piece = fed.slice(at, at + CHUNK);
    const targets = ids.slice(at + 1, at + 1 + piece.length);
    let baseline: Float32Array | undefined;
    for (const reader of list) {
      baseline = await reader.read(piece, targets, baseline);
    }
    options.onProgress?.(at + piece.length, fed.length);
  }
  return list.map((reader) => reader.result());
}

/** One format's model on its way through the text. */
class Reader implements AsyncDisposable {
  readonly #model: MambaLMHeadModel;
  readonly #dtype: DtypeName;
  readonly #state;
  readonly #statistics: LogprobStatistics;
  #milliseconds = 0;
  #tokens = 0;
  #kl = 0;
  #klSquares = 0;
  #sameTop = 0;

  constructor(model: MambaLMHeadModel, dtype: DtypeName) {
    this.#model = model;
    this.#dtype = dtype;
    this.#state = model.createState();
    this.#statistics = new LogprobStatistics(byteCounter(model.tokenizer));
  }

  /** @returns the baseline's logits, which are one's own for the first */
  async read(
    ids: Uint32Array<ArrayBuffer>,
    targets: Uint32Array<ArrayBuffer>,
    baseline: Float32Array | undefined,
  ): Promise<Float32Array> {
    const start = performance.now();
    const { logits } = await this.#model.forward(ids, { state: this.#state });
    this.#milliseconds += performance.now() - start;
    const size = this.#model.config.paddedVocabSize;
    this.#statistics.add(targets, await scoreLogits(logits, size, targets));
    for (let i = 0; i < ids.length; i++) {
      const own = logits.subarray(i * size, (i + 1) * size);
      const wanted = baseline?.subarray(i * size, (i + 1) * size) ?? own;
      const { kl, sameTop } = compareLogits(wanted, own);
      this.#tokens++;
      this.#kl += kl;
      this.#klSquares += kl * kl;
      if (sameTop) this.#sameTop++;
    }
    return baseline ?? logits;
  }

  result(): DtypeComparison {
    const n = this.#tokens;
    const kl = this.#kl / n;
    const variance = Math.max(0, this.#klSquares / n - kl * kl);
    return {
      dtype: this.#dtype,
      weightBytes: this.#model.weightBytes,
      measured: this.#statistics.result(1000 * n / this.#milliseconds),
      kl,
      klError: Math.sqrt(variance / Math.max(1, n - 1)),
      sameTop: this.#sameTop / n,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state[Symbol.dispose]();
    await this.#model.close();
  }
}
