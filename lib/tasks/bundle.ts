import { join, relative } from "node:path";
import { VERSION } from "../config.ts";
import { prepare } from "./prepare.ts";
import { capture } from "./process.ts";
import { digest, inProject, ROOT, tell } from "./project.ts";
import { removeIfThere, stage } from "./stage.ts";
import { TaskError } from "./task_error.ts";

/**
 * `deno task bundle`: one archive, and one file that unpacks itself, with
 * Deno, the pages, the library and the models. They run on machines like
 * this one without network, compiler and checkout.
 */
export async function bundle(_args: string[]): Promise<number> {
  const prepared = await prepare();
  const { path } = await stage(prepared);
  const name = `fresh-mamba-${Deno.build.os}-${Deno.build.arch}`;
  const folder = inProject("dist", name);
  await removeIfThere(folder);
  await Deno.rename(path, folder);

  await Deno.mkdir(join(folder, "bin"));
  await Deno.copyFile(Deno.execPath(), join(folder, "bin", "deno"));
  await Deno.chmod(join(folder, "bin", "deno"), 0o755);
  await Deno.copyFile(
    new URL("./launcher.sh", import.meta.url),
    join(folder, "fresh-mamba"),
  );
  await Deno.chmod(join(folder, "fresh-mamba"), 0o755);
  await Deno.copyFile(inProject("LICENSE"), join(folder, "LICENSE"));
  await Deno.writeTextFile(join(folder, "README.md"), readme());

  const archive = `${folder}.tar.gz`;
  tell("Packing …");
  const { code, stderr } = await capture("tar", [
    "-C",
    inProject("dist"),
    "-czf",
    archive,
    name,
  ]);
  if (code !== 0) {
    throw new TaskError(
      `Cannot pack the bundle: tar says ${stderr.trim()}`,
      "Make room on the disk, or install tar and gzip.",
    );
  }
  const single = await writeSelfExtracting(archive, `${folder}.run`);
  for (const made of [archive, single]) {
    const { size } = await Deno.stat(made);
    tell(`${relative(ROOT, made)}  ${(size / 1e6).toFixed(0)} MB`);
  }
  return 0;
}

/** A shell script with the archive behind it. */
async function writeSelfExtracting(
  archive: string,
  path: string,
): Promise<string> {
  const payload = await Deno.readFile(archive);
  const id = `${VERSION}-${(await digest([payload])).slice(0, 12)}`;
  const script = await Deno.readTextFile(
    new URL("./self_extract.sh", import.meta.url),
  );
  const lines = script.trimEnd().split("\n").length;
  const head = script.trimEnd()
    .replaceAll("@ID@", id)
    .replaceAll("@LINE@", String(lines + 1)) + "\n";
  await Deno.writeTextFile(path, head);
  await Deno.writeFile(path, payload, { append: true });
  await Deno.chmod(path, 0o755);
  return path;
}

function readme(): string {
  return `# Fresh Mamba ${VERSION}

Mamba 1 and Mamba 2 on this machine: a playground in the browser, an API and a
command line. Everything is in this folder; nothing is fetched or installed.

    ./fresh-mamba serve          the playground at http://127.0.0.1:8000/
    ./fresh-mamba run MODEL …    a continuation in the terminal
    ./fresh-mamba help           all there is

PORT and HOST change the address, MAMBA_MODELS names directories with models.
The folder may be moved anywhere. bin/deno is Deno, under the MIT licence; all
else is under the licence in LICENSE.
`;
}
