import { assertEquals, assertGreater } from "@std/assert";
import { ROOT } from "../cli/cli_process.ts";
import { LONG_TRAINING } from "../helpers/simulated_gpu.ts";

const README = "examples/README.md";

/** What makes an example quick, put behind its command. */
const QUICK: Readonly<Record<string, readonly string[]>> = {
  "01_core_modules": ["--batch=1", "--length=8", "--d-model=64"],
  "02_text_generation": ["--max-tokens=4"],
  "03_training": ["training.steps=5"],
  "04_fine_tuning": ["--epochs=1", "--max-tokens=4"],
};

/** The words behind `deno task example`, as a shell takes them. */
async function readCommands(path: string): Promise<string[][]> {
  const text = await Deno.readTextFile(ROOT + path);
  return [...text.matchAll(/deno task example ([^`#\n]+)/g)].map(([, words]) =>
    [...words!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) =>
      quoted ?? bare!
    )
  );
}

/** Runs a task without input, which ends an interactive example. */
async function task(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...LONG_TRAINING },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

for (const [name = "", ...args] of await readCommands(README)) {
  const command = ["deno task example", name, ...args].join(" ");
  Deno.test(`${command} runs`, async () => {
    const out = await Deno.makeTempDir({ prefix: "fresh-mamba-example-" });
    try {
      const { code, stdout, stderr } = await task([
        ...["example", name, ...args, ...QUICK[name]!],
        ...name === "04_fine_tuning" ? [`--out=${out}`] : [],
      ]);
      assertEquals([code, stderr], [0, ""]);
      assertGreater(stdout.length, 100);
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  });
}

Deno.test("examples/README.md has a command for every example", async () => {
  const files = await Array.fromAsync(Deno.readDir(`${ROOT}examples`));
  const names = files.map(({ name }) => name)
    .filter((name) => /^\d.*\.ts$/.test(name))
    .map((name) => name.replace(".ts", ""));
  assertGreater(names.length, 3);
  const commands = await readCommands(README);
  assertEquals(new Set(commands.map(([name]) => name)), new Set(names));
});

Deno.test("README.md names commands of examples/README.md", async () => {
  const known = (await readCommands(README)).map((words) => words.join(" "));
  const named = (await readCommands("README.md")).map((words) =>
    words.join(" ")
  );
  assertGreater(named.length, 3);
  assertEquals(named.filter((command) => !known.includes(command)), []);
});

Deno.test("the example task names the examples that there are", async () => {
  const { code, stdout, stderr } = await task(["example", "_run"]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    'error: Cannot run the example "_run": there is none of that name.\n' +
      "  The examples are 01_core_modules, 02_text_generation, 03_training, " +
      "04_fine_tuning.\n",
  );
});
