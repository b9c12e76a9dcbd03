import { type RemovedModel, removeModel } from "../hub/mod.ts";
import { formatBytes, toJson } from "./format.ts";
import { defineVerb } from "./verb.ts";

/** `rm <model>…`: removes downloaded models. */
export const rm = defineVerb({
  name: "rm",
  summary: "Remove downloaded models from the Hugging Face cache",
  positionals: { required: ["model"], rest: "models" },
  flags: { json: { type: "boolean", description: "print JSON" } },
  details: [
    "With @revision only that one goes, and files that others share stay. " +
    "Models that are no Mamba models are left alone, and so are directories " +
    "below models/.",
  ],
  examples: ["rm mamba-130m", "rm owner/name@v1 owner/other"],
  async run({ flags, positionals, terminal }) {
    const removed: RemovedModel[] = [];
    for (const name of positionals) {
      const one = await removeModel(name);
      removed.push(one);
      terminal.note(`${one.id} is gone: ${formatBytes(one.freedBytes)} freed`);
    }
    if (flags.json) await terminal.write(toJson(removed));
    return 0;
  },
});
