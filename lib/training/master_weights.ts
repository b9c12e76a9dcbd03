import { join } from "node:path";
import type { DtypeName } from "../api/device_info.ts";
import { storedDtype } from "../engine/model_options.ts";
import { toNativeConfig } from "../engine/load_weights.ts";
import { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import { NativeModel } from "../native/model.ts";
import { NativeTrainer, type TrainerArray } from "../native/trainer.ts";
import type { Tokenizer } from "../tokenizer/mod.ts";
import {
  type CheckpointForm,
  type MambaConfig,
  saveCheckpoint,
  type SavedTensor,
} from "../weights/mod.ts";
import { elementCount } from "../weights/checkpoint_tensor.ts";
import { readSafetensorsFile } from "../weights/safetensors_file.ts";
import { writeSafetensorsFile } from "../weights/safetensors_writer.ts";
import { matchNames } from "./trainable.ts";

const MOMENTS_NAME = "moments.safetensors";

/** Prefix of a tensor's name in the file of moments → the trainer's array. */
const MOMENTS: Readonly<Record<string, TrainerArray>> = {
  first: "firstMoments",
  second: "secondMoments",
};

/** Options of {@linkcode MasterWeights}. */
export interface MasterWeightsOptions {
  config: MambaConfig;
  tokenizer: Tokenizer | undefined;
  /** Patterns of the names that are trained. */
  trainable: readonly string[];
}

/** The weights in training, f32, with all that a checkpoint keeps of them. */
export class MasterWeights implements AsyncDisposable {
  readonly native: NativeTrainer;
  readonly config: MambaConfig;
  /** "cpu" or "reference". */
  readonly device: string;
  readonly threads: number;
  /** Numbers in all tensors, and in those that are trained. */
  readonly parameters: number;
  readonly trainable: number;
  readonly #tokenizer: Tokenizer | undefined;
  readonly #trained: ReadonlySet<string>;

  /** Takes the weights of a model, which may be closed afterwards. */
  constructor(
    model: NativeModel,
    { config, tokenizer, trainable }: MasterWeightsOptions,
  ) {
    const { device, threads, parameters } = model.describe();
    const tensors = config.tensors();
    this.#trained = matchNames(tensors.map(({ name }) => name), trainable);
    this.config = config;
    this.device = device;
    this.threads = threads;
    this.parameters = parameters;
    this.trainable = tensors
      .filter(({ name }) => this.#trained.has(name))
      .reduce((sum, { shape }) => sum + elementCount(shape), 0);
    this.#tokenizer = tokenizer;
    this.native = new NativeTrainer(model, device, threads);
    for (const { name } of tensors) {
      if (!this.#trained.has(name)) this.native.freeze(name);
    }
  }

  /** A model with the present weights, for everything but training. */
  async toModel(dtype: DtypeName = "f32"): Promise<MambaLMHeadModel> {
    const { config } = this;
    const native = new NativeModel(
      toNativeConfig(config),
      this.device,
      this.threads,
    );
    try {
      for (const tensor of this.#tensors("weights", "", config.tensors())) {
        native.copyTensor(tensor, tensor.bytes(), storedDtype(dtype));
      }
      native.finish();
    } catch (error) {
      await native.close();
      throw error;
    }
    return MambaLMHeadModel.fromParts({
      config,
      native,
      tokenizer: this.#tokenizer,
      directory: undefined,
      trained: true,
    });
  }

  /** Writes a model's directory in f32, and the moments into it. */
  async save(directory: string, form: CheckpointForm): Promise<void> {
    const { config } = this;
    const tensors = config.tensors();
    await saveCheckpoint(directory, {
      config,
      form,
      tensors: this.#tensors("weights", "", tensors),
    });
    await this.#tokenizer?.save(directory);
    const trained = tensors.filter(({ name }) => this.#trained.has(name));
    const moments = Object.entries(MOMENTS).flatMap(([prefix, kind]) =>
      this.#tensors(kind, `${prefix}.`, trained)
    );
    await writeSafetensorsFile(join(directory, MOMENTS_NAME), moments, {});
  }

  /** Reads the moments that {@linkcode save} wrote; weights are there. */
  async loadMoments(directory: string): Promise<void> {
    const file = await readSafetensorsFile(join(directory, MOMENTS_NAME));
    for (const tensor of file.tensors) {
      const [prefix = "", ...name] = tensor.name.split(".");
      const bytes = await tensor.read();
      this.native.write(
        MOMENTS[prefix]!,
        name.join("."),
        new Float32Array(bytes.buffer),
      );
    }
  }

  #tensors(
    kind: TrainerArray,
    prefix: string,
    tensors: readonly { name: string; shape: readonly number[] }[],
  ) {
    return tensors.map(({ name, shape }) => ({
      name: prefix + name,
      dtype: "F32",
      shape,
      bytes: () =>
        new Uint8Array(
          this.native.read(kind, name, elementCount(shape)).buffer,
        ),
    } as const satisfies SavedTensor));
  }

  /** Gives everything back, after the call that still runs. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.native[Symbol.asyncDispose]();
  }
}
