import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import { parseGenerateRequest } from "../lib/api/generate_request.ts";
import { VERBS } from "../lib/cli/verbs.ts";
import { ENVIRONMENT } from "../lib/config.ts";
import { CLI } from "../lib/tasks/permissions.ts";
import { finish, ROOT, start } from "./cli/cli_process.ts";

const readme = await Deno.readTextFile(`${ROOT}README.md`);
const contributing = await Deno.readTextFile(`${ROOT}CONTRIBUTING.md`);
const tasks = Object.keys(
  JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).tasks,
);

/** The code blocks of a language, with the line that each begins in. */
function codeBlocks(text: string, language: string) {
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm");
  return [...text.matchAll(pattern)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length + 1,
    code: match[1]!,
  }));
}

/** The cells of the table that begins with a heading, without the code marks. */
function tableRows(text: string, heading: string): string[][] {
  const lines = text.split("\n");
  const at = lines.findIndex((line) =>
    line.startsWith("|") && line.split("|")[1]!.trim() === heading
  );
  const rows = lines.slice(at + 2);
  return rows.slice(0, rows.findIndex((line) => !line.startsWith("|")))
    .map((row) =>
      row.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
    );
}

/** Runs a sample as a module beside the built-in models. */
async function runSample(code: string) {
  const folder = await Deno.makeTempDir({ prefix: "fresh-mamba-docs-" });
  try {
    await Deno.symlink(`${ROOT}models`, `${folder}/models`);
    const absolute = code.replaceAll('"./lib/', `"file://${ROOT}lib/`);
    await Deno.writeTextFile(`${folder}/sample.ts`, absolute);
    return await finish(
      start(`${folder}/sample.ts`, {
        cwd: folder,
        permissions: [...CLI, `--allow-write=${folder}`],
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const { line, code } of codeBlocks(readme, "ts")) {
  Deno.test(`README.md has a sample in line ${line} that runs`, async () => {
    const { code: exit, stdout, stderr } = await runSample(code);
    assertEquals(exit, 0, stderr);
    assertGreater(stdout.length, 0);
  });
}

Deno.test("runSample() notices a sample that does not run", async () => {
  const { code } = await runSample(
    'import { noSuchExport } from "./lib/mod.ts";\nconsole.log(noSuchExport);',
  );
  assertEquals(code, 1);
});

Deno.test("README.md has samples in TypeScript", () => {
  assertGreater(codeBlocks(readme, "ts").length, 3);
});

Deno.test("README.md lists the environment variables of lib/config.ts", () => {
  assertEquals(
    tableRows(readme, "environment variable"),
    Object.entries(ENVIRONMENT),
  );
});

Deno.test("README.md lists the verbs of the command line", () => {
  assertEquals(
    tableRows(readme, "verb").map(([name]) => name),
    VERBS.map(({ name }) => name),
  );
});

Deno.test("README.md lists paths that exist", async () => {
  const rows = tableRows(readme, "path");
  assertGreater(rows.length, 10);
  for (const path of rows.flatMap(([cell = ""]) => cell.split(", "))) {
    await Deno.stat(ROOT + path);
  }
});

Deno.test("README.md sends requests that the server takes", () => {
  const bodies = [...readme.matchAll(/-d '([^']+)'/g)];
  assertGreater(bodies.length, 0);
  for (const [, body = ""] of bodies) parseGenerateRequest(JSON.parse(body));
});

Deno.test("the documents name tasks and verbs that exist", () => {
  const verbs = VERBS.map(({ name }) => name);
  for (const text of [readme, contributing]) {
    for (const [, name = ""] of text.matchAll(/deno task ([\w-]+)/g)) {
      assert(tasks.includes(name), `deno task ${name}`);
    }
    for (const [, verb = ""] of text.matchAll(/deno task mamba (\w+)/g)) {
      assert(verbs.includes(verb), `deno task mamba ${verb}`);
    }
  }
});

Deno.test("CONTRIBUTING.md lists every task", () => {
  for (const task of tasks) {
    assertStringIncludes(contributing, `\`deno task ${task}\``);
  }
});

Deno.test("the documents link to files that exist", async () => {
  for (const text of [readme, contributing]) {
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      await Deno.stat(ROOT + target);
    }
  }
});
