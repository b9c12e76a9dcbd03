import { resolve } from "node:path";
import type { DtypeName } from "../api/device_info.ts";
import { findModel } from "../engine/find_model.ts";
import { MambaLMHeadModel } from "../engine/mamba_lm_head_model.ts";
import { listDevices } from "../native/device.ts";
import { DEVICE_FLAGS } from "./device_flags.ts";
import { formatBytes, toJson } from "./format.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

/** `convert <model> <dir>`: the same model in another format. */
export const convert = defineVerb({
  name: "convert",
  summary: "Write a model in another number format, or in the other form",
  positionals: { required: ["model", "dir"] },
  flags: {
    dtype: {
      ...DEVICE_FLAGS.dtype,
      description: `${DEVICE_FLAGS.dtype.description}; q8 and q4 are read by ` +
        "this program alone",
    },
    form: {
      type: "choice",
      choices: ["state-spaces", "transformers"],
      placeholder: "form",
      description: "whose names and config to write",
      default: "state-spaces",
    },
    threads: DEVICE_FLAGS.threads,
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "The directory gets model.safetensors, config.json and the tokenizer's " +
    "files; it must not have a model yet. In q8 and q4 the weights are in " +
    "blocks of 32 with one scale, laid out as the program reads them, so that " +
    "such a model is mapped when it is loaded.",
  ],
  examples: [
    "convert mamba-130m ./mamba-130m-q4 --dtype q4",
    "convert ./my-model ./my-model-hf --form transformers",
  ],
  async run({ flags, positionals: [name = "", dir = ""], terminal }) {
    const { id, directory } = await findModel(name);
    const target = resolve(dir);
    await refuseModel(target, directory);
    using interrupt = terminal.catchInterrupt();
    await using model = await MambaLMHeadModel.fromPretrained(directory, {
      device: quantisingDevice(),
      signal: interrupt.signal,
      ...flags.dtype !== undefined && { dtype: flags.dtype as DtypeName },
      ...flags.threads !== undefined && { threads: flags.threads },
      onProgress: (done, total) =>
        terminal.progress(`converting ${Math.floor(100 * done / total)} %`),
    });
    await model.savePretrained(target, {
      format: flags.form === "transformers" ? "transformers" : "state-spaces",
    });
    const { dtype, weightBytes } = model;
    await terminal.write(
      flags.json
        ? toJson({ model: id, directory: target, dtype, weightBytes })
        : `${target}: ${id} in ${dtype}, ${formatBytes(weightBytes)}\n`,
    );
    return 0;
  },
});

/** One that keeps every format; the cpu uses all cores for it. */
function quantisingDevice(): "cpu" | "reference" {
  const cpu = listDevices().find(({ name }) => name === "cpu");
  return cpu?.available ? "cpu" : "reference";
}

/** A model is never overwritten, least of all by itself. */
async function refuseModel(target: string, source: string): Promise<void> {
  for (const name of ["config.json", "model.safetensors"]) {
    try {
      await Deno.lstat(resolve(target, name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    throw new UsageError(
      target === resolve(source)
        ? `Cannot convert ${target} into itself`
        : `Cannot write to ${target}: there is a ${name} already`,
      "Give a new directory.",
    );
  }
}
