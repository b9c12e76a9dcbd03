import { formatNative } from "./native_format.ts";
import { run } from "./process.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { tell } from "./project.ts";

/** `deno task check`: formatting, lint and types; changes nothing. */
export async function check(_args: string[]): Promise<number> {
  const prepared = await prepare();
  const steps: [string, () => Promise<number>][] = [
    [
      "formatting of TypeScript and Markdown",
      () => deno(prepared, "fmt", ["--check"]),
    ],
    ["formatting of C++", () => formatNative(prepared.config, { check: true })],
    ["lint", () => deno(prepared, "lint", [])],
    ["types", () => deno(prepared, "check", ["."])],
  ];
  let failures = 0;
  for (const [name, step] of steps) {
    tell(`Checking ${name} …`);
    if (await step() !== 0) failures++;
  }
  return failures === 0 ? 0 : 1;
}

function deno({ config }: Prepared, verb: string, args: string[]) {
  return run(Deno.execPath(), [verb, "--quiet", `--config=${config}`, ...args]);
}
