import { join } from "node:path";
import type { DtypeName } from "../api/device_info.ts";
import { MambaError } from "../api/mamba_error.ts";
import { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import type { DeviceChoice } from "../native/device.ts";
import type { GgufType } from "./gguf/gguf_types.ts";
import { writeMambaGguf } from "./gguf/write_mamba_gguf.ts";
import { SHAPES } from "./shapes.ts";
import { syntheticTokenizer } from "./synthetic_tokenizer.ts";

/** What is measured: random weights of a shape, or a model's directory. */
export type BenchSource = { shape: string } | {
  name: string;
  directory: string;
};

/** A checkpoint, and how to load it for a format. */
export interface FormatFiles {
  directory: string;
  /** The format to keep matrices in; absent = as stored. */
  dtype?: DtypeName;
}

const GGUF: Readonly<Record<string, GgufType>> = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  q8: "Q8_0",
  q4: "Q4_0",
};

/** The files of one source, made as they are asked for, in a folder to go. */
export class ModelFiles implements AsyncDisposable {
  readonly name: string;
  readonly #source: BenchSource;
  readonly #device: DeviceChoice;
  readonly #folder: string;

  private constructor(
    source: BenchSource,
    device: DeviceChoice,
    folder: string,
  ) {
    this.name = "shape" in source ? source.shape : source.name;
    this.#source = source;
    this.#device = device;
    this.#folder = folder;
  }

  static async open(
    source: BenchSource,
    { device, folder: dir }: {
      device: DeviceChoice;
      /** Where the folder is made. @default the system's for such */
      folder?: string | undefined;
    },
  ): Promise<ModelFiles> {
    const folder = await Deno.makeTempDir({
      prefix: "fresh-mamba-bench-",
      ...(dir === undefined ? {} : { dir }),
    });
    return new ModelFiles(source, device, folder);
  }

  /**
   * A checkpoint for a format; one of random weights is stored in it.
   *
   * @param dtype undefined = as a real model is stored, f32 for a shape
   */
  async checkpoint(dtype: DtypeName | undefined): Promise<FormatFiles> {
    if (!("shape" in this.#source)) {
      const { directory } = this.#source;
      return dtype === undefined ? { directory } : { directory, dtype };
    }
    const stored = dtype ?? "f32";
    const directory = join(this.#folder, stored);
    if (!await isThere(directory)) await this.#save(stored, directory);
    return { directory };
  }

  /**
   * A GGUF file of the same weights.
   *
   * @param dtype what the model is measured in
   */
  async gguf(dtype: string): Promise<string> {
    const type = GGUF[dtype];
    if (type === undefined) {
      throw new MambaError(
        "unsupported",
        `Cannot measure llama.cpp in ${dtype}: it has no such format`,
        { hint: `Use ${Object.keys(GGUF).join(", ")}, or no --peers.` },
      );
    }
    const path = join(this.#folder, `${dtype}.gguf`);
    if (await isThere(path)) return path;
    await using model = await this.#load("f32");
    await writeMambaGguf(path, model, type);
    return path;
  }

  /** Removes what was made, but for the folder itself. */
  async clear(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#folder)) {
      await Deno.remove(join(this.#folder, name), { recursive: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  #load(dtype: DtypeName): Promise<MambaLMHeadModel> {
    const options = { device: this.#device, dtype };
    return "shape" in this.#source
      ? MambaLMHeadModel.random(SHAPES[this.#source.shape]!, {
        ...options,
        seed: 1,
      })
      : MambaLMHeadModel.fromPretrained(this.#source.directory, options);
  }

  async #save(dtype: DtypeName, directory: string): Promise<void> {
    await using model = await this.#load(dtype);
    await model.savePretrained(directory);
    await Deno.writeTextFile(
      join(directory, "tokenizer.json"),
      syntheticTokenizer(model.config.vocabSize),
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
