import { assert, assertMatch } from "@std/assert";
import { checkStandalone, WHERE } from "./standalone.ts";

const ROOT = new URL("../../", import.meta.url);
const NAME = `fresh-mamba-${Deno.build.os}-${Deno.build.arch}`;

/** Runs a task; returns whether it succeeded and what it told. */
async function task(name: string) {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", name],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { success, told: new TextDecoder().decode(stderr) };
}

let bundled: ReturnType<typeof task> | undefined;

/** The bundle, made once for all tests. */
async function bundle() {
  const { success, told } = await (bundled ??= task("bundle"));
  assert(success, told);
}

/** Calls the function with a new folder, whose name is hard to quote. */
async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "fresh mamba's " });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(`a bundle serves and generates from another folder${WHERE}`, async () => {
  await bundle();
  await inFolder(async (folder) => {
    const archive = new URL(`dist/${NAME}.tar.gz`, ROOT).pathname;
    const { success } = await new Deno.Command("tar", {
      args: ["-xzf", archive, "-C", folder],
    }).output();
    assert(success);
    await checkStandalone(`${folder}/${NAME}/fresh-mamba`, folder);
  });
});

Deno.test(`the self-extracting file does the same${WHERE}`, async () => {
  await bundle();
  await inFolder(async (folder) => {
    const single = `${folder}/single.run`;
    await Deno.copyFile(new URL(`dist/${NAME}.run`, ROOT), single);
    await checkStandalone(single, folder);
  });
});

Deno.test("compile makes one executable, or says that bundle does it", async () => {
  const { success, told } = await task("compile");
  if (!success) {
    assertMatch(
      told,
      /^error: Cannot compile: Deno's runtime stub cannot be downloaded from here\.\n.*deno task bundle/m,
    );
    return;
  }
  await inFolder(async (folder) => {
    await Deno.copyFile(
      new URL("dist/fresh-mamba", ROOT),
      `${folder}/fresh-mamba`,
    );
    await checkStandalone(`${folder}/fresh-mamba`, folder);
  });
});
