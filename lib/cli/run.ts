import type { GenerateEvent } from "../api/generate_event.ts";
import type { GenerateRequest } from "../api/generate_request.ts";
import { Engine } from "../engine/engine.ts";
import {
  type Continuation,
  continueText,
  figures,
  type TokenEvent,
} from "./continue_text.ts";
import { DEVICE_FLAGS, deviceOptions, noteFallback } from "./device_flags.ts";
import { findModel } from "../engine/find_model.ts";
import type { FlagValues } from "./flags.ts";
import { toJson } from "./format.ts";
import { readPrompt } from "./read_prompt.ts";
import { SAMPLING_FLAGS, samplingOptions } from "./sampling_flags.ts";
import { INTERRUPTED, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

const FLAGS = {
  ...SAMPLING_FLAGS,
  ...DEVICE_FLAGS,
  json: {
    type: "boolean",
    description: "print one JSON object at the end instead of the text",
  },
  "json-lines": {
    type: "boolean",
    description: "print every event as a line of JSON as it comes",
  },
  echo: {
    type: "boolean",
    default: "on",
    description: "do not print the prompt before its continuation",
  },
  quiet: {
    type: "boolean",
    description: "no figures on standard error",
  },
} as const;

type RunFlags = FlagValues<typeof FLAGS>;

/** `run [model] [prompt]`: continues a text and prints it as it comes. */
export const run = defineVerb({
  name: "run",
  summary: "Continue a text with a model",
  positionals: { optional: ["model", "prompt"] },
  flags: FLAGS,
  details: [
    "The model is a directory, or the name of one below models/ or " +
    "MAMBA_MODELS; without one (the prompt then must have a space, or be -) it " +
    "is the first of those. The prompt - is read from standard input, without its last " +
    "line end. Without a prompt, in a terminal, every line typed is one.",
    "The text goes to standard output, figures go to standard error. Ctrl-C " +
    "stops and keeps what is there. The same seed gives the same text.",
  ],
  examples: [
    'run "Once upon a time"',
    'run mamba-130m "Once upon a time"',
    "run ./my-model - --max-tokens 200 --temperature 0 < story.txt",
    'run mamba-130m "The answer is" --json --logprobs 5',
  ],
  async run({ flags, positionals, terminal }) {
    const [name, argument] = modelAndPrompt(positionals);
    if (flags.json && flags["json-lines"]) {
      throw new UsageError("Cannot print both --json and --json-lines");
    }
    if (argument === undefined && !terminal.interactive) {
      throw new UsageError(
        "Cannot run without a prompt",
        "Give one, or - to read it from standard input.",
      );
    }
    const sampling = samplingOptions(flags);
    const { id, directory } = await findModel(name);
    const device = deviceOptions(flags);
    if (!flags.quiet) noteFallback(terminal, device.device);
    await using engine = Engine.open({ ...device, allowPaths: true });
    const answer = (prompt: string) =>
      answerPrompt(engine, { ...sampling, model: directory, prompt }, {
        flags,
        terminal,
        label: id,
      });
    if (argument === undefined) return await converse(terminal, answer);
    const made = await answer(await readPrompt(argument, terminal));
    return made.finishReason === "cancelled" ? INTERRUPTED : 0;
  },
});

/** A lone word with a space in it is no model's name but a prompt. */
function modelAndPrompt(
  words: readonly string[],
): [model: string | undefined, prompt: string | undefined] {
  const [first, second] = words;
  const isPrompt = second === undefined && /^-$|\s/.test(first ?? "");
  return isPrompt ? [undefined, first] : [first, second];
}

interface AnswerOptions {
  flags: RunFlags;
  terminal: Terminal;
  label: string;
}

async function answerPrompt(
  engine: Engine,
  request: GenerateRequest,
  { flags, terminal, label }: AnswerOptions,
): Promise<Continuation> {
  using interrupt = terminal.catchInterrupt();
  const printer = new Printer(terminal, flags);
  const made = await continueText(engine, request, {
    terminal,
    label,
    signal: interrupt.signal,
    onEvent: (event) => printer.print(event, request.prompt),
  });
  await printer.end(made);
  if (!flags.quiet && !flags["json-lines"] && !flags.json) {
    terminal.note(figures(made));
  }
  return made;
}

/** One answer after another until the input ends. */
async function converse(
  terminal: Terminal,
  answer: (prompt: string) => Promise<Continuation>,
): Promise<number> {
  terminal.note("Every line is a prompt. Ctrl-C stops an answer, Ctrl-D ends.");
  for await (const line of terminal.readLines("> ")) {
    if (line.trim() !== "") await answer(line);
  }
  return 0;
}

/** Prints a continuation in the form that was asked for. */
class Printer {
  readonly #terminal: Terminal;
  readonly #flags: RunFlags;
  #atLineStart = true;

  constructor(terminal: Terminal, flags: RunFlags) {
    this.#terminal = terminal;
    this.#flags = flags;
  }

  async print(event: GenerateEvent, prompt: string): Promise<void> {
    const { json, logprobs = 0, echo = true } = this.#flags;
    if (this.#flags["json-lines"]) {
      await this.#terminal.write(JSON.stringify(event) + "\n");
    } else if (json) {
      // All at the end.
    } else if (event.type === "start" && echo) {
      await this.#write(this.#terminal.style("dim", prompt));
      if (logprobs > 0) await this.#endLine();
    } else if (event.type === "token") {
      if (logprobs > 0) await this.#write(tokenLine(event));
      else if (event.text !== "") await this.#write(event.text);
    }
  }

  async end(made: Continuation): Promise<void> {
    if (this.#flags.json) await this.#terminal.write(toJson(made));
    else if (!this.#flags["json-lines"]) await this.#endLine();
    else if (made.finishReason === "cancelled") {
      await this.#terminal.write(
        JSON.stringify({ type: "done", ...made }) + "\n",
      );
    }
  }

  async #write(text: string): Promise<void> {
    this.#atLineStart = text.endsWith("\n");
    await this.#terminal.write(text);
  }

  async #endLine(): Promise<void> {
    if (!this.#atLineStart) await this.#write("\n");
  }
}

/** A token with its log probability and the others that were likely. */
function tokenLine({ text, logprob, top = [] }: TokenEvent): string {
  const show = (piece: string, value: number) =>
    `${value.toFixed(3).padStart(8)} ${JSON.stringify(piece)}`;
  const others = top.map((entry) => show(entry.text, entry.logprob));
  return [show(text, logprob), ...others].join("  ") + "\n";
}
