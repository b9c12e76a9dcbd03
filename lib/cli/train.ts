import { basename } from "node:path";
import type { TrainingEvent } from "../api/training_event.ts";
import type { TrainingOptions } from "../api/training_options.ts";
import { MambaError } from "../api/mamba_error.ts";
import { parseConfigText } from "../weights/mod.ts";
import { Trainer } from "../training/trainer.ts";
import { noteFallback } from "./device_flags.ts";
import type { DeviceChoice } from "../native/device.ts";
import { findModel } from "../engine/find_model.ts";
import { tokenizerDirectory } from "../engine/find_tokenizer.ts";
import type { FlagValues } from "./flags.ts";
import { programName } from "./help_text.ts";
import { readTextFile } from "./read_text_file.ts";
import { TrainingPrinter } from "./show_training.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { TRAINING_FLAGS, trainingOptions } from "./training_flags.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

const FLAGS = {
  out: {
    type: "string",
    placeholder: "folder",
    description: "where log, checkpoints and the model go",
  },
  resume: {
    type: "string",
    placeholder: "folder",
    description: "go on with the run of this folder",
  },
  config: {
    type: "string",
    placeholder: "file",
    description: "config.json of a new model",
  },
  ...TRAINING_FLAGS,
  json: { type: "boolean", description: "print events as lines of JSON" },
} as const;

type TrainFlags = FlagValues<typeof FLAGS>;

/** `train [options.json]`: trains a new model, or one that is there. */
export const train = defineVerb({
  name: "train",
  summary: "Train a model, new or from a checkpoint",
  positionals: { optional: ["options.json"] },
  flags: FLAGS,
  details: [
    "The file has the options as JSON, named as in TypeScript (learningRate); " +
    "flags go over it. A new model's vocabulary is the tokenizer's.",
    "Ctrl-C stops after a checkpoint, a second one at once. --resume goes on " +
    "from the newest checkpoint, and what comes out has the same bits as " +
    "without the interruption. With it, only flags that change no number of " +
    "the run are taken: --threads, --device, intervals, --continue-on-spike.",
    "Validation and samples go to standard output, progress to standard " +
    "error. The model is in <folder>/model when the run is done.",
  ],
  examples: [
    "train --model fairy-mamba1 --data tales.txt --out runs/tuned",
    "train options.json --out runs/tales --steps 2000",
    "train --resume runs/tales",
  ],
  async run({ flags, positionals: [file], terminal }) {
    using interrupt = terminal.catchInterrupt();
    const { signal } = interrupt;
    const printer = new TrainingPrinter(terminal);
    const show = (event: TrainingEvent) =>
      flags.json
        ? terminal.write(JSON.stringify(event) + "\n")
        : printer.print(event);
    const shown: Promise<void>[] = [];
    const onPreparing = (stage: string, done: number, total: number) => {
      shown.push(show({ type: "preparing", stage, done, total }));
    };
    await using trainer = await open(flags, file, {
      terminal,
      extras: { signal, onPreparing },
    });
    await Promise.all(shown);
    signal.addEventListener("abort", () => {
      terminal.note("Stopping with a checkpoint; Ctrl-C again ends at once.");
    });
    for await (const event of trainer.run({ signal })) {
      await show(event);
      if (event.type === "end") return conclude(event, trainer, terminal);
    }
    return INTERRUPTED;
  },
});

interface OpenOptions {
  terminal: Terminal;
  extras: {
    signal: AbortSignal;
    onPreparing: (stage: string, done: number, total: number) => void;
  };
}

async function open(
  { out, resume, config, ...flags }: TrainFlags,
  file: string | undefined,
  { terminal, extras }: OpenOptions,
): Promise<Trainer> {
  const given = trainingOptions(flags);
  if (resume !== undefined) {
    if (out !== undefined || file !== undefined || config !== undefined) {
      throw new UsageError(
        "Cannot resume a run with other options",
        "--resume takes its folder, whose options.json has them.",
      );
    }
    return await Trainer.resume(resume, { ...extras, options: given });
  }
  if (out === undefined) {
    throw new UsageError(
      "Cannot train: --out is missing",
      "Give a new folder for log, checkpoints and the model.",
    );
  }
  const options: TrainingOptions = {
    ...file === undefined ? {} : await readJson(file, terminal),
    ...config === undefined ? {} : { config: await readJson(config, terminal) },
    ...given,
  };
  if (typeof options.model === "string") {
    options.model = (await findModel(options.model)).directory;
  }
  if (typeof options.tokenizer === "string") {
    options.tokenizer = await findTokenizer(options.tokenizer);
  }
  noteFallback(terminal, options.device as DeviceChoice | undefined);
  return await Trainer.create(options, { ...extras, folder: out });
}

/** A tokenizer.json, or the folder of one: any model's will do. */
async function findTokenizer(name: string): Promise<string> {
  if (basename(name) === "tokenizer.json") return name;
  const { directory } = await findModel(name);
  return await tokenizerDirectory(directory) ?? directory;
}

async function readJson(
  path: string,
  terminal: Terminal,
): Promise<Record<string, unknown>> {
  const json = parseConfigText(await readTextFile(path, terminal), path);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    return json as Record<string, unknown>;
  }
  throw new MambaError(
    "invalid_argument",
    `Cannot use ${path}: it is no JSON object`,
    { hint: 'Write it as { "data": "tales.txt", … }.' },
  );
}

/** Tells how it ended and gives the exit code. */
function conclude(
  { status, step, error }: Extract<TrainingEvent, { type: "end" }>,
  { folder = "", steps }: Trainer,
  terminal: Terminal,
): number {
  if (status === "done") {
    terminal.note(`The model is in ${folder}/model`);
    return 0;
  }
  const resume = `${programName()} train --resume ${folder}`;
  if (status === "stopped") {
    terminal.note(`Stopped after step ${step} of ${steps}. Go on: ${resume}`);
    return INTERRUPTED;
  }
  terminal.note(`error: ${error?.message}`);
  if (error?.hint !== undefined) terminal.note(`hint: ${error.hint}`);
  return 1;
}
