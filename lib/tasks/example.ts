import { buildNative } from "./native_build.ts";
import { CLI, WRITING_CLI, WRITING_EXAMPLES } from "./permissions.ts";
import { prepare } from "./prepare.ts";
import { run } from "./process.ts";
import { inProject } from "./project.ts";
import { TaskError } from "./task_error.ts";

/** `deno task example <name> …`: a program of `examples/`. */
export async function example(args: string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const names = await examples();
  if (!names.includes(name)) {
    throw new TaskError(
      `Cannot run the example "${name}": there is none of that name.`,
      `The examples are ${names.join(", ")}.`,
    );
  }
  const { config } = await prepare({ announce: false });
  await buildNative();
  return await run(Deno.execPath(), [
    "run",
    `--config=${config}`,
    ...WRITING_EXAMPLES.includes(name) ? WRITING_CLI : CLI,
    `examples/${name}.ts`,
    ...rest,
  ]);
}

/** Their names: files that begin with `_` are what they share. */
async function examples(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(inProject("examples"))) {
    const found = /^([^_].*)\.ts$/.exec(name);
    if (found !== null) names.push(found[1]!);
  }
  return names.sort();
}
