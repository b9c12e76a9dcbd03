import {
  listCachedModels,
  type VerifiedModel,
  verifyModel,
} from "../hub/mod.ts";
import { alignColumns, formatBytes, toJson } from "./format.ts";
import { defineVerb } from "./verb.ts";

/** `verify [model…]`: compares downloaded files with their hashes. */
export const verify = defineVerb({
  name: "verify",
  summary: "Compare the files of downloaded models with their hashes",
  positionals: { rest: "models" },
  flags: {
    repair: {
      type: "boolean",
      description: "remove damaged files, so that pull fetches them again",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "Without a model: all that ls lists. The exit code is 1 if a file is " +
    "damaged or missing.",
  ],
  examples: ["verify", "verify mamba-130m --repair"],
  async run({ flags, positionals, terminal }) {
    using interrupt = terminal.catchInterrupt();
    const names = positionals.length > 0
      ? positionals
      : (await listCachedModels()).map(({ id }) => id);
    const verified: VerifiedModel[] = [];
    for (const name of names) {
      const model = await verifyModel(name, {
        signal: interrupt.signal,
        repair: flags.repair ?? false,
        onProgress: (file, done, total) =>
          terminal.progress(
            `${file}  ${Math.floor(100 * done / (total || 1))} % of ${
              formatBytes(total)
            }`,
          ),
      });
      verified.push(model);
      if (!flags.json) await terminal.write(report(model));
    }
    if (flags.json) await terminal.write(toJson(verified));
    const bad = verified.filter(({ ok }) => !ok);
    for (const { id } of bad) {
      terminal.note(
        flags.repair
          ? `hint: fetch what is missing: mamba pull ${id}`
          : `hint: mamba verify --repair ${id}, then mamba pull ${id}`,
      );
    }
    return bad.length === 0 ? 0 : 1;
  },
});

function report({ id, complete, files }: VerifiedModel): string {
  const rows = files.map(({ repo, name, bytes, state }) => [
    state === "ok" ? "✓" : state === "unknown" ? "–" : "✗",
    // A borrowed tokenizer's files say whose they are.
    id === repo || id.startsWith(`${repo}@`) ? name : `${repo}/${name}`,
    formatBytes(bytes),
    state === "ok" ? "" : state,
  ]);
  if (!complete) rows.push(["✗", "its download is not complete", "", ""]);
  return [id, ...alignColumns(rows).map((line) => `  ${line}`), ""].join("\n");
}
