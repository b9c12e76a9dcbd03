import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describeRange, type Flags, parseFlags } from "../../lib/cli/flags.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";

const TABLE = {
  "max-tokens": { type: "integer", min: 0, max: 100, description: "" },
  "temperature": { type: "number", min: 0, max: 10, description: "" },
  "scale": { type: "number", min: 0, minExclusive: true, description: "" },
  "stop": { type: "string", multiple: true, description: "" },
  "device": { type: "choice", choices: ["cpu", "metal"], description: "" },
  "echo": { type: "boolean", default: "on", description: "" },
  "json": { type: "boolean", description: "" },
} as const satisfies Flags;

const parse = (...args: string[]) => parseFlags(args, TABLE);

function assertRefused(args: string[], ...parts: string[]): void {
  const error = assertThrows(() => parse(...args), UsageError) as UsageError;
  for (const part of parts) {
    assertStringIncludes(`${error.message}\n${error.hint ?? ""}`, part);
  }
}

Deno.test("parseFlags() reads values before, between and after the words", () => {
  const { flags, positionals } = parse(
    "--max-tokens",
    "5",
    "model",
    "--temperature=0.5",
    "a prompt",
    "--json",
  );
  assertEquals(flags, { "max-tokens": 5, temperature: 0.5, json: true });
  assertEquals(positionals, ["model", "a prompt"]);
});

Deno.test("parseFlags() gathers a flag that may be given several times", () => {
  assertEquals(parse("--stop", "a", "--stop=--b").flags, {
    stop: ["a", "--b"],
  });
});

Deno.test("parseFlags() takes the last of a flag that holds one value", () => {
  assertEquals(parse("--max-tokens=1", "--max-tokens=2").flags, {
    "max-tokens": 2,
  });
});

Deno.test("parseFlags() leaves a dash and what follows two dashes alone", () => {
  assertEquals(parse("-", "--", "--json", "-x").positionals, [
    "-",
    "--json",
    "-x",
  ]);
});

Deno.test("parseFlags() switches a boolean off by --no-", () => {
  assertEquals(parse("--no-echo").flags, { echo: false });
  assertRefused(["--no-stop"], "--no-stop", "no such flag");
});

Deno.test("parseFlags() names an unknown flag and the nearest known one", () => {
  assertRefused(["--temprature", "1"], "--temprature", "--temperature");
  assertRefused(["--max-token=1"], "--max-tokens");
  assertRefused(["-q"], "-q", "no such flag");
  assertRefused(["--constructor=1"], "no such flag");
  assertRefused(["--__proto__=1"], "no such flag");
});

Deno.test("parseFlags() refuses a missing value", () => {
  assertRefused(["--max-tokens"], "--max-tokens", "missing");
  assertRefused(["--max-tokens", "--json"], "--max-tokens", "missing");
  assertRefused(["--json=yes"], "takes no value");
});

Deno.test("parseFlags() refuses numbers of the wrong kind or range", () => {
  assertRefused(["--max-tokens", "many"], "an integer from 0 to 100");
  assertRefused(["--max-tokens", ""], "an integer from 0 to 100");
  assertRefused(["--max-tokens", "1.5"], "an integer");
  assertRefused(["--max-tokens", "-1"], "from 0 to 100");
  assertRefused(["--max-tokens", "1e999"], "from 0 to 100");
  assertRefused(["--temperature", "NaN"], "a number from 0 to 10");
  assertRefused(["--scale", "0"], "above 0");
});

Deno.test("parseFlags() refuses a word that is not a choice", () => {
  assertRefused(["--device", "metall"], "cpu, metal", "Did you mean metal?");
});

Deno.test("describeRange() says each form of a range", () => {
  const flag = { type: "number", description: "" } as const;
  assertEquals(describeRange(flag), "a number");
  assertEquals(describeRange({ ...flag, min: 1 }), "a number of at least 1");
  assertEquals(describeRange({ ...flag, max: 1 }), "a number of at most 1");
  assertEquals(
    describeRange({ ...flag, min: 0, max: 1, minExclusive: true }),
    "a number above 0 up to 1",
  );
});
