import { relative } from "node:path";
import { buildNative } from "./native_build.ts";
import { ROOT, tell } from "./project.ts";
import { TaskError } from "./task_error.ts";

/** `deno task native [--force] [--target=aarch64-linux-gnu]` */
export async function native(args: string[]): Promise<number> {
  let force = false;
  let target: string | undefined;
  for (const arg of args) {
    if (arg === "--force") force = true;
    else if (arg.startsWith("--target=")) target = arg.slice(9);
    else {
      throw new TaskError(
        `Cannot build the native library: "${arg}" is not an option.`,
        "The options are --force and --target=<GNU triple>.",
      );
    }
  }
  const { path, built } = await buildNative({ target, force });
  tell(`${relative(ROOT, path)} is ${built ? "built" : "up to date"}`);
  return 0;
}
