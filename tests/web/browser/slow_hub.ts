import { fileURLToPath } from "node:url";
import { MambaLMHeadModel } from "../../../lib/mod.ts";
import { LoopbackHub } from "../../helpers/loopback_hub/loopback_hub.ts";
import {
  repositoryOf,
  tokenizerRepository,
} from "../../helpers/loopback_hub/repositories.ts";

/** The models of {@linkcode SlowHub}: small ones under great names. */
export const ON_HUB = ["state-spaces/mamba-130m", "state-spaces/mamba2-130m"];

const TOKENIZER = fileURLToPath(
  new URL("../../fixtures/tiny-mamba1/tokenizer.json", import.meta.url),
);

/** The weights are held here, in bytes from their beginning. */
const HOLD = 800_000;

/** A hub that holds back the second half of the weights until it may send it. */
export class SlowHub implements AsyncDisposable {
  readonly hub: LoopbackHub;
  #gate: PromiseWithResolvers<void> = Promise.withResolvers();

  private constructor(hub: LoopbackHub) {
    this.hub = hub;
    hub.behaviour = () => ({
      pieceBytes: 50_000,
      beforePiece: async (offset, left) => {
        // As slow as a network: what is done is told ten times a second.
        await new Promise((done) => setTimeout(done, 25));
        if (offset < HOLD) return;
        const gone = new Promise((done) =>
          left.addEventListener("abort", done, { once: true })
        );
        await Promise.race([this.#gate.promise, gone]);
      },
    });
  }

  static async start(): Promise<SlowHub> {
    const folder = await Deno.makeTempDir();
    try {
      await using model = await MambaLMHeadModel.random(
        { dModel: 8, nLayer: 1, vocabSize: 50277 },
        { seed: 1, device: "cpu" },
      );
      await model.savePretrained(folder, { format: "state-spaces" });
      const models = ON_HUB.map((repo) => repositoryOf(repo, folder));
      const tokenizer = tokenizerRepository(await Deno.readTextFile(TOKENIZER));
      return new SlowHub(LoopbackHub.start({
        repositories: [...await Promise.all(models), tokenizer],
      }));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** Sends what is held back, and all that is asked for later. */
  release(): void {
    this.#gate.resolve();
  }

  /** Holds back again. */
  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.hub[Symbol.asyncDispose]();
  }
}
