import { assert, assertEquals, assertMatch } from "@std/assert";
import { MODE } from "../fresh/fixture.ts";

const ROOT = new URL("../../", import.meta.url);

/** Runs a task; returns the lines that it printed without colours. */
async function task(args: string[], env: Record<string, string> = {}) {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    lines: decoder.decode(stderr).trim().split("\n"),
    stdout: decoder.decode(stdout),
  };
}

Deno.test("a task says which Fresh it uses, in one line", async () => {
  const { code, lines } = await task(["build"], { FRESH: MODE });
  const from = MODE === "npm" ? "npm_only/" : "JSR";
  assertEquals(lines[0], `Fresh: from ${from} (FRESH=${MODE})`);
  assertEquals(code, 0);
});

Deno.test("build tells an option that it does not have", async () => {
  const { code, lines } = await task(["build", "--fast"]);
  assertEquals(code, 1);
  assertMatch(lines.at(-2) ?? "", /^error: Cannot build: "--fast"/);
});

Deno.test("a task tells a wrong FRESH without a stack", async () => {
  const { code, lines } = await task(["build"], { FRESH: "both" });
  assertEquals(code, 1);
  assertEquals(lines.length, 2);
  assertMatch(lines[0] ?? "", /^error: Cannot use FRESH=both/);
});

Deno.test("start tells a busy port in one sentence", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  const { code, lines } = await task(["start"], {
    HOST: "127.0.0.1",
    PORT: String(port),
  });
  assertEquals(code, 1);
  assertEquals(
    lines.at(-2),
    `error: Cannot serve: 127.0.0.1:${port} is in use`,
  );
  assertMatch(lines.at(-1) ?? "", /^hint: .*PORT=\d+/);
});

Deno.test("start tells a port that is none", async () => {
  const { code, lines } = await task(["start"], { PORT: "eighty" });
  assertEquals(code, 2);
  assertMatch(lines.at(-2) ?? "", /PORT=eighty is not a port/);
});

Deno.test("the mamba task passes words, output and exit code on", async () => {
  const version = await task(["mamba", "--version"]);
  assertEquals(version.code, 0);
  assertMatch(version.stdout, /^fresh-mamba \d+\.\d+\.\d+\n$/);
  assertEquals((await task(["mamba", "no-such-verb"])).code, 2);
});

Deno.test("no task has every permission", async () => {
  const text = await Deno.readTextFile(new URL("deno.json", ROOT));
  const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(
    text,
  );
  for (const [name, { command }] of Object.entries(tasks)) {
    assert(!/\s(-A|--allow-all)\b/.test(command), name);
    assertMatch(command, new RegExp(`lib/tasks/main.ts ${name}$`));
  }
  for await (const { name } of Deno.readDir(new URL("lib/tasks/", ROOT))) {
    const source = await Deno.readTextFile(new URL(`lib/tasks/${name}`, ROOT));
    assert(!/["\s](-A|--allow-all)["\s]/.test(source), name);
  }
});
