import type { PullEvent } from "../api/pull_event.ts";
import { expandAlias, type PulledModel, pullModel } from "../hub/mod.ts";
import { formatBytes, plural, toJson } from "./format.ts";
import { pullLine } from "./pull_line.ts";
import type { Terminal } from "./terminal.ts";
import { defineVerb } from "./verb.ts";

/** `pull <model>…`: downloads models. */
export const pull = defineVerb({
  name: "pull",
  summary: "Download models from the Hugging Face hub",
  positionals: { required: ["model"], rest: "models" },
  flags: {
    revision: {
      type: "string",
      placeholder: "name",
      description: "branch, tag or commit",
      default: "main",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "A model is one of mamba-130m … mamba-2.8b, mamba2-130m … mamba2-2.7b, or " +
    "owner/name, either with @revision. mamba1, mamba2 and both stand for the " +
    "smallest ones. A tokenizer comes with it.",
    "It goes into the cache that Python's Hugging Face tools use (HF_HOME, " +
    "HF_HUB_CACHE); what is there is not fetched again. What was interrupted " +
    "is gone on with. HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and HTTPS_PROXY " +
    "mean what they mean there. The folder is printed.",
  ],
  examples: [
    "pull mamba-130m",
    "pull both",
    "pull state-spaces/mamba-130m-hf@main --json",
  ],
  async run({ flags, positionals, terminal }) {
    using interrupt = terminal.catchInterrupt();
    const pulled: PulledModel[] = [];
    for (const name of positionals.flatMap(expandAlias)) {
      const model = await pullModel(name, {
        signal: interrupt.signal,
        onEvent: (event) => tell(event, terminal),
        ...(flags.revision === undefined ? {} : { revision: flags.revision }),
      });
      pulled.push(model);
      if (!flags.json) await terminal.write(`${model.directory}\n`);
    }
    if (flags.json) await terminal.write(toJson(pulled));
    return 0;
  },
});

function tell(event: PullEvent, terminal: Terminal): void {
  switch (event.type) {
    case "plan":
      return terminal.note(planLine(event));
    case "progress":
      return terminal.progress(pullLine(event));
    case "check":
      return terminal.progress(`checking what is there of ${event.file}`);
    case "wait":
      return terminal.note(
        `Another download fetches ${event.file}: waiting for it`,
      );
    case "retry":
      return terminal.note(
        `${event.reason}: trying again in ${event.waitSeconds.toFixed(1)} s`,
      );
    case "done":
      return terminal.note(
        event.fetchedBytes === 0
          ? `${event.model} is there already`
          : `${event.model} is there: ${
            formatBytes(event.fetchedBytes)
          } fetched`,
      );
  }
}

function planLine(plan: Extract<PullEvent, { type: "plan" }>): string {
  const missing = plan.totalBytes - plan.doneBytes;
  const parts = [
    `${formatBytes(plan.totalBytes)} in ${plural(plan.files.length, "file")}`,
    missing === plan.totalBytes ? "" : `${formatBytes(missing)} to fetch`,
    plan.freeBytes === undefined ? "" : `${formatBytes(plan.freeBytes)} free`,
  ];
  return `${plan.model}: ${parts.filter((part) => part !== "").join(", ")}`;
}
