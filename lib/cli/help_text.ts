import type { Flag } from "./flags.ts";
import type { Positionals, Verb } from "./verb.ts";

const WIDTH = 80;

/** How this program is called here. */
export function programName(): string {
  // Compiled and bundled, this module is no longer a file of its own.
  return import.meta.url.endsWith("/help_text.ts")
    ? "deno task mamba"
    : "fresh-mamba";
}

/** What `help` says without a verb. */
export function overview(verbs: readonly Verb[]): string {
  const rows = verbs.map((verb): [string, string] => [verb.name, verb.summary]);
  return [
    "Mamba and Mamba 2 language models on this machine.",
    "",
    `Usage: ${programName()} <verb> [arguments] [flags]`,
    "",
    "Verbs:",
    ...columns(rows),
    "",
    `${programName()} help <verb> tells more. Exit codes: 0 done, 1 failed,`,
    "2 wrong usage, 130 interrupted.",
    "",
  ].join("\n");
}

/** What `help <verb>` and `<verb> --help` say. */
export function verbHelp(verb: Verb): string {
  const rows = Object.entries(verb.flags)
    .map(([name, flag]): [string, string] => [
      flagUsage(name, flag),
      flag.default === undefined || flag.type === "boolean"
        ? flag.description
        : `${flag.description} (default ${flag.default})`,
    ]);
  return [
    verb.summary,
    "",
    `Usage: ${usageLine(verb)}`,
    ...(verb.details ?? []).flatMap((text) => ["", ...wrap(text, WIDTH)]),
    "",
    "Flags:",
    ...columns([...rows, ["--help", "this text"]]),
    "",
    "Examples:",
    ...verb.examples.map((example) => `  ${programName()} ${example}`),
    "",
  ].join("\n");
}

/** `program verb <required> [optional] [flags]`. */
export function usageLine(verb: Verb): string {
  return [programName(), verb.name, ...words(verb.positionals), "[flags]"]
    .join(" ");
}

function words({ required, optional, rest }: Positionals): string[] {
  return [
    ...(required ?? []).map((name) => `<${name}>`),
    ...(optional ?? []).map((name) => `[${name}]`),
    ...(rest === undefined ? [] : [`[${rest} …]`]),
  ];
}

function flagUsage(name: string, flag: Flag): string {
  if (flag.type === "boolean") {
    return flag.default === "on" ? `--no-${name}` : `--${name}`;
  }
  const placeholder = flag.placeholder ?? flag.choices?.join("|") ??
    (flag.type === "string" ? "text" : "n");
  return `--${name} <${placeholder}>${flag.multiple ? " …" : ""}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const widths = rows.map(([name]) => name.length);
  const width = Math.max(...widths.filter((each) => each <= 24));
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, WIDTH - width - 4);
    const indent = " ".repeat(width + 4);
    const [first = "", ...others] = lines;
    const head = name.length > width
      ? [`  ${name}`, indent + first]
      : [`  ${name.padEnd(width)}  ${first}`];
    return [...head, ...others.map((line) => indent + line)];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
