import { describeEntry } from "../engine/model_catalog.ts";
import { type Checkpoint, openCheckpoint } from "../weights/mod.ts";
import { findModel } from "../engine/find_model.ts";
import { alignColumns, formatBytes, formatCount, toJson } from "./format.ts";
import { defineVerb } from "./verb.ts";

/** `show <model>`: what a checkpoint is, without loading its weights. */
export const show = defineVerb({
  name: "show",
  summary: "Describe a model: configuration, parameters, bytes",
  positionals: { required: ["model"] },
  flags: {
    tensors: {
      type: "boolean",
      description: "list every tensor with its dtype and shape",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "Reads and checks the headers of the files; the weights stay on disk.",
  ],
  examples: ["show mamba-130m", "show ./my-model --tensors --json"],
  async run({ flags, positionals: [name = ""], terminal }) {
    const entry = await findModel(name);
    // First the error with its whole reason, then the summary.
    const checkpoint = await openCheckpoint(entry.directory);
    const { stateBytes, parameters, hasTokenizer } = await describeEntry(
      entry,
      false,
    );
    const description = {
      id: entry.id,
      directory: entry.directory,
      files: `${checkpoint.format}, ${checkpoint.form} names`,
      trained: checkpoint.trained,
      hasTokenizer,
      parameters,
      bytes: checkpoint.totalBytes,
      bytesByDtype: bytesByDtype(checkpoint),
      stateBytes,
      config: checkpoint.config,
    };
    const tensors = checkpoint.tensors.map(({ name, dtype, shape }) => ({
      name,
      dtype,
      shape,
    }));
    if (flags.json) {
      await terminal.write(
        toJson(flags.tensors ? { ...description, tensors } : description),
      );
      return 0;
    }
    const lines = describeInWords(description);
    if (flags.tensors) {
      lines.push(
        "",
        ...alignColumns(tensors.map(({ name, dtype, shape }) => [
          name,
          dtype,
          `(${shape.join(", ")})`,
        ])),
      );
    }
    await terminal.write(lines.join("\n") + "\n");
    return 0;
  },
});

interface Description {
  id: string;
  directory: string;
  files: string;
  trained: boolean;
  hasTokenizer: boolean;
  parameters: number;
  bytes: number;
  bytesByDtype: Record<string, number>;
  stateBytes: number;
  config: Checkpoint["config"];
}

function describeInWords(model: Description): string[] {
  const { config } = model;
  const byDtype = Object.entries(model.bytesByDtype)
    .map(([dtype, bytes]) => `${formatBytes(bytes)} ${dtype}`);
  const rows: [string, string][] = [
    ["model", model.id],
    ["directory", model.directory],
    ["files", model.files],
    ["architecture", config.layer === "Mamba1" ? "Mamba" : "Mamba 2"],
    ["parameters", `${formatCount(model.parameters)} (${model.parameters})`],
    ["weights", byDtype.join(" + ")],
    ["state", `${formatBytes(model.stateBytes)}, whatever the text's length`],
    ["tokenizer", model.hasTokenizer ? "tokenizer.json" : "none"],
    [
      "trained",
      model.trained ? "yes" : "no: random weights, texts mean nothing",
    ],
  ];
  const fields = Object.entries(config)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [`  ${name}`, String(value)]);
  return alignColumns([...rows, ["configuration", ""], ...fields]);
}

function bytesByDtype({ tensors }: Checkpoint): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const { dtype, byteLength } of tensors) {
    bytes[dtype] = (bytes[dtype] ?? 0) + byteLength;
  }
  return bytes;
}
