import type { CachedModel } from "../api/cached_model.ts";
import { hubCacheDirectory } from "../config.ts";
import { listCachedModels, OFFICIAL_MODELS } from "../hub/mod.ts";
import { alignColumns, formatBytes, formatCount, toJson } from "./format.ts";
import { defineVerb } from "./verb.ts";

/** `ls`: the downloaded models. */
export const ls = defineVerb({
  name: "ls",
  summary: "List the downloaded models, or those there are",
  positionals: {},
  flags: {
    official: {
      type: "boolean",
      description: "list the checkpoints of the papers, which pull knows",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "Of what is in the Hugging Face cache, the Mamba models are listed, " +
    "whoever has downloaded them.",
  ],
  examples: ["ls", "ls --official", "ls --json"],
  async run({ flags, terminal }) {
    const cache = hubCacheDirectory();
    const models = await listCachedModels(cache);
    if (flags.official) {
      const there = new Set(
        models.filter(({ complete }) => complete).map(({ repo }) => repo),
      );
      const list = OFFICIAL_MODELS.map((model) => ({
        ...model,
        downloaded: there.has(model.repo),
      }));
      await terminal.write(
        flags.json ? toJson(list) : lines(alignColumns(list.map((model) => [
          model.downloaded ? "✓" : "–",
          model.name,
          model.family === "Mamba1" ? "Mamba" : "Mamba 2",
          formatCount(model.parameters),
          model.licence,
          model.repo,
        ]))),
      );
      return 0;
    }
    if (flags.json) {
      await terminal.write(toJson({ cache, models }));
      return 0;
    }
    if (models.length === 0) terminal.note(`No model in ${cache}`);
    await terminal.write(lines(alignColumns(models.map(row))));
    return 0;
  },
});

function row(model: CachedModel): string[] {
  return [
    model.id,
    model.commit.slice(0, 12),
    formatBytes(model.bytes),
    model.complete
      ? ""
      : `not complete, ${formatBytes(model.partialBytes)} more are there`,
  ];
}

function lines(rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join("");
}
