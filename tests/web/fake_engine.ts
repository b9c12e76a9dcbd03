import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import type { GenerateRequest } from "../../lib/api/generate_request.ts";
import { MambaError } from "../../lib/api/mamba_error.ts";
import type { ModelInfo } from "../../lib/api/model_info.ts";
import { resolveSampling } from "../../lib/api/sampling_options.ts";
import type { State } from "../../lib/web/define.ts";

/** A model's entry; what is given replaces the sound values. */
export function modelInfo(given: Partial<ModelInfo> = {}): ModelInfo {
  return {
    id: "sound",
    name: "sound",
    family: "Mamba2",
    parameters: 129_135_360,
    dtype: "bf16",
    bytes: 258_270_720,
    stateBytes: 19_365_888,
    nLayer: 24,
    dModel: 768,
    vocabSize: 50_288,
    trained: true,
    hasTokenizer: true,
    loaded: false,
    ...given,
  };
}

/** An engine whose text is `" 0 1 2 …"`, one number per token. */
export class FakeEngine {
  readonly models: ModelInfo[];
  /** The requests that it was asked. */
  readonly requests: GenerateRequest[] = [];
  /** How many generations are under way. */
  active = 0;
  /** Thrown before the token with this index. */
  failure: { index: number; error: Error } | undefined;

  constructor(models: ModelInfo[] = [modelInfo()]) {
    this.models = models;
  }

  listModels(): Promise<ModelInfo[]> {
    return Promise.resolve(this.models);
  }

  status(): ReturnType<State["engine"]["status"]> {
    return { active: this.active, queued: 0, loaded: [] };
  }

  async *generate(
    request: GenerateRequest,
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<GenerateEvent, void, undefined> {
    this.requests.push(request);
    const {
      model = this.models[0]?.id,
      prompt,
      device: _device,
      dtype: wanted,
      ...rest
    } = request;
    const { maxTokens, seed } = resolveSampling(rest);
    const info = this.models.find(({ id }) => id === model);
    if (info === undefined) {
      throw new MambaError("not_found", `Cannot find the model "${model}"`, {
        field: "model",
        hint: "There are: sound.",
      });
    }
    this.active++;
    try {
      const { id, stateBytes, dtype, bytes } = info;
      const promptTokens = prompt.length;
      yield {
        type: "start",
        model: id,
        device: "cpu",
        dtype: wanted ?? dtype,
        weightBytes: bytes,
        promptTokens,
        stateBytes,
        seed,
      };
      const text: string[] = [];
      for (let index = 0; index < maxTokens; index++) {
        if (index === this.failure?.index) throw this.failure.error;
        // A turn of the event loop, as every token of the real engine takes.
        await new Promise((resolve) => setTimeout(resolve));
        if (options.signal?.aborted) {
          throw new MambaError("aborted", "The generation was aborted");
        }
        text.push(` ${index}`);
        yield {
          type: "token",
          index,
          id: index,
          text: ` ${index}`,
          logprob: -1,
        };
      }
      yield {
        type: "done",
        finishReason: "length",
        text: text.join(""),
        tokens: maxTokens,
        timings: {
          promptTokens,
          promptMs: 100,
          timeToFirstTokenMs: 100,
          generatedTokens: maxTokens,
          generateMs: 1000,
          promptTokensPerSecond: 10 * promptTokens,
          tokensPerSecond: maxTokens - 1,
        },
      };
    } finally {
      this.active--;
    }
  }
}
