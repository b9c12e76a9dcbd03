import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { finish, runCli, startCli } from "./cli_process.ts";
import { MAMBA1 } from "./fixtures.ts";

const ENDLESS = ["--max-tokens", "1000000", "--ignore-eos"];

Deno.test("the command line keeps text and figures apart", async () => {
  const { code, stdout, stderr } = await runCli(
    ["run", MAMBA1, "Hello", "--max-tokens", "5", "--seed", "1"],
  );
  assertEquals(code, 0);
  assert(stdout.startsWith("Hello") && !stdout.includes("tok/s"));
  assertMatch(stderr, /5 tokens at .* seed 1/);
});

Deno.test("the command line reads standard input", async () => {
  const { code, stdout } = await runCli(
    ["run", MAMBA1, "-", "--max-tokens", "5", "--json"],
    { input: "from a pipe\n" },
  );
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).prompt, "from a pipe");
});

Deno.test("the command line tells usage errors by exit code 2", async () => {
  const { code, stdout, stderr } = await runCli(["run", MAMBA1, "--tempo=1"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^error: .*--tempo[^]*hint: /);
});

Deno.test("the command line tells failures by exit code 1, without a trace", async () => {
  const { code, stdout, stderr } = await runCli(["show", "/nowhere/model"]);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "/nowhere/model");
  assertEquals(/^\s+at /m.test(stderr), false);
});

Deno.test("the command line names a permission that is missing", async () => {
  const { code, stderr } = await runCli(["run", MAMBA1, "Hello"], {
    permissions: ["--no-prompt", "--allow-read", "--allow-env"],
  });
  assertEquals(code, 1);
  assertMatch(stderr, /error: .*[^]*hint: .*--allow-ffi/);
  assertEquals(/^\s+at /m.test(stderr), false);
});

Deno.test("Ctrl-C ends a text, keeps it, and exits with 130", async () => {
  const child = startCli(["run", MAMBA1, "Hello", ...ENDLESS]);
  const { text, rest } = await readSome(child, 100);
  child.kill("SIGINT");
  const { code, stderr } = await rest;
  assertEquals(code, 130);
  assert(text.startsWith("Hello"));
  assertMatch(stderr, /tok\/s.*cancelled/);
  assertEquals(/^\s+at /m.test(stderr), false);
});

Deno.test("Ctrl-C while nothing is computed ends at once", async () => {
  const child = startCli(["tokenize", MAMBA1, "-"], { stdin: "piped" });
  const writer = child.stdin.getWriter();
  // More than a pipe holds: when it is written, the program is reading.
  await writer.write(new Uint8Array(1 << 20).fill(97));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await finish(child, writer);
  assertEquals([code, stdout, stderr], [130, "", ""]);
});

Deno.test("the command line ends quietly when its reader leaves", async () => {
  const child = startCli(["run", MAMBA1, "Hello", ...ENDLESS]);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, stderr], [0, ""]);
});

/** Reads some of the output, and then lets the child be finished. */
async function readSome(child: Deno.ChildProcess, length: number) {
  const decoder = new TextDecoder();
  const reader = child.stdout.getReader();
  let text = "";
  while (text.length < length) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  const rest = (async () => {
    while (!(await reader.read()).done);
    const [{ code }, stderr] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
    ]);
    return { code, stderr };
  })();
  return { text, rest };
}
