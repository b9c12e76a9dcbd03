import { basename } from "node:path";
import { loadTokenizer, type Tokenizer } from "../tokenizer/mod.ts";
import { findModel } from "../engine/find_model.ts";
import { tokenizerDirectory } from "../engine/find_tokenizer.ts";
import { alignColumns, plural, toJson } from "./format.ts";
import { readPrompt } from "./read_prompt.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb } from "./verb.ts";

/** `tokenize <model> <text>`: text to ids, or back with `--decode`. */
export const tokenize = defineVerb({
  name: "tokenize",
  summary: "Show the tokens of a text, or the text of tokens",
  positionals: { required: ["model", "text"] },
  flags: {
    decode: {
      type: "boolean",
      description: "the text is a list of ids: print what they stand for",
    },
    json: { type: "boolean", description: "print JSON" },
  },
  details: [
    "The model may also be a tokenizer.json, or a directory with one. The text " +
    "- is read from standard input, without its last line end.",
  ],
  examples: [
    'tokenize mamba-130m "Hello, world"',
    'tokenize mamba-130m "12092 13 1533" --decode',
  ],
  async run({ flags, positionals: [name = "", argument = ""], terminal }) {
    const tokenizer = await openTokenizer(name);
    const text = await readPrompt(argument, terminal);
    if (flags.decode) {
      const ids = readIds(text, tokenizer.vocabSize);
      const decoded = tokenizer.decode(ids);
      await terminal.write(
        flags.json ? toJson({ ids, text: decoded }) : decoded + "\n",
      );
      return 0;
    }
    const ids = [...tokenizer.encode(text)];
    const pieces = ids.map((id) => tokenizer.tokenText(id));
    if (flags.json) {
      await terminal.write(toJson({ text, ids, pieces }));
      return 0;
    }
    const rows = ids.map((id, i) => [String(id), JSON.stringify(pieces[i])]);
    const lines = alignColumns(rows, [0]);
    await terminal.write(lines.map((line) => `${line}\n`).join(""));
    terminal.note(plural(ids.length, "token"));
    return 0;
  },
});

async function openTokenizer(name: string): Promise<Tokenizer> {
  if (basename(name) === "tokenizer.json" || await hasTokenizer(name)) {
    return await loadTokenizer(name);
  }
  const { directory } = await findModel(name);
  return await loadTokenizer(await tokenizerDirectory(directory) ?? directory);
}

/** A directory with a tokenizer, with or without a model. */
async function hasTokenizer(directory: string): Promise<boolean> {
  try {
    return (await Deno.stat(`${directory}/tokenizer.json`)).isFile;
  } catch {
    return false;
  }
}

function readIds(text: string, vocabSize: number): number[] {
  const words = text.split(/[\s,[\]]+/).filter((word) => word !== "");
  return words.map((word) => {
    const id = Number(word);
    if (Number.isSafeInteger(id) && id >= 0 && id < vocabSize) return id;
    throw new UsageError(
      `Cannot decode ${JSON.stringify(word)}: ids are integers from 0 to ${
        vocabSize - 1
      }`,
      "Separate ids by spaces or commas.",
    );
  });
}
