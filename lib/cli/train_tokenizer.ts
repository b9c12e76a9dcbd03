import { basename, dirname, join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import { invalidArgument } from "../api/invalid_argument.ts";
import { type Tokenizer, trainTokenizer } from "../tokenizer/mod.ts";
import { readDocuments } from "../training/data/read_documents.ts";
import { formatBytes, plural } from "./format.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

const FILE = "tokenizer.json";

/** `train-tokenizer <data> [data …] --out <folder>`: a tokenizer of texts. */
export const trainTokenizerVerb = defineVerb({
  name: "train-tokenizer",
  summary: "Learn a tokenizer from texts",
  positionals: { required: ["data"], rest: "data" },
  flags: {
    out: {
      type: "string",
      placeholder: "folder",
      description: `where to write ${FILE}; it must not be there yet`,
    },
    "vocab-size": {
      type: "integer",
      min: 257,
      max: 2 ** 22,
      description: "tokens in all, with the 256 bytes and <|endoftext|>",
      default: "4096",
    },
    "min-frequency": {
      type: "integer",
      min: 1,
      description: "how often a pair must occur to become a token",
      default: "2",
    },
  },
  details: [
    "The data are text files, .jsonl files of objects with a text, or folders " +
    "of them (.txt, .md, .jsonl). In text files <|endoftext|> separates " +
    "documents.",
    "The tokenizer is a byte-level BPE of GPT-NeoX's kind, which every " +
    "library reads that reads a tokenizer.json. Equal texts give equal " +
    "tokenizers.",
  ],
  examples: [
    "train-tokenizer stories.txt --out my-tokenizer",
    "train-tokenizer a.txt b.jsonl --vocab-size 8192 --out own",
  ],
  async run({ flags, positionals, terminal }) {
    const directory = await checkOut(flags.out);
    using interrupt = terminal.catchInterrupt();
    const { signal } = interrupt;
    const read = { bytes: 0 };
    const tokenizer = await trainTokenizer(
      textsOf(positionals, { terminal, signal, read }),
      {
        vocabSize: flags["vocab-size"] ?? 4096,
        minFrequency: flags["min-frequency"] ?? 2,
        signal,
        onProgress: (progress) => {
          if (progress.stage === "reading") return;
          const { done, total } = progress;
          terminal.progress(`merging ${share(done, total)}`);
        },
      },
    );
    await tokenizer.save(directory);
    terminal.note(inWords(tokenizer, directory, read.bytes));
    return 0;
  },
});

/** The folder to write to. */
async function checkOut(out: string | undefined): Promise<string> {
  if (out === undefined) {
    throw new UsageError(
      "Cannot train-tokenizer: --out is missing",
      `Give the folder that ${FILE} is written to.`,
    );
  }
  const directory = basename(out) === FILE ? dirname(out) : out;
  const file = join(directory, FILE);
  const isThere = await Deno.lstat(file).then(() => true, isNotThere);
  if (!isThere) return directory;
  throw invalidArgument(
    "out",
    `${file} is there already`,
    "Remove it first, or give another folder.",
  );
}

function isNotThere(error: unknown): false {
  if (error instanceof Deno.errors.NotFound) return false;
  throw error;
}

async function* textsOf(
  paths: readonly string[],
  { terminal, signal, read }: {
    terminal: Terminal;
    signal: AbortSignal;
    read: { bytes: number };
  },
): AsyncGenerator<string, void, void> {
  const documents = readDocuments(paths, {
    signal,
    onProgress: (done, total) => {
      read.bytes = done;
      terminal.progress(`reading ${share(done, total)}`);
    },
  });
  let count = 0;
  for await (const { text } of documents) {
    count++;
    yield text;
  }
  if (count > 0) return;
  throw new MambaError("invalid_argument", "Cannot learn from no text", {
    hint: "Give files with text in them.",
  });
}

function share(done: number, total: number): string {
  return `${Math.floor(100 * done / total)} %`;
}

function inWords(
  { vocabSize }: Tokenizer,
  directory: string,
  bytes: number,
): string {
  return `${plural(vocabSize, "token")} learned from ${formatBytes(bytes)}, ` +
    `in ${join(directory, FILE)}`;
}
