import { buildNative } from "./native_build.ts";
import { buildPages } from "./pages.ts";
import { prepare } from "./prepare.ts";
import { TaskError } from "./task_error.ts";
import { tell } from "./project.ts";

/** `deno task build [--force]` */
export async function build(args: string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--force");
  if (unknown !== undefined) {
    throw new TaskError(
      `Cannot build: "${unknown}" is not an option.`,
      "The option is --force, which builds what is up to date too.",
    );
  }
  const force = args.length > 0;
  const prepared = await prepare();
  await buildNative({ force });
  await buildPages(prepared, { force });
  tell("metal/build/ and _fresh/ are up to date");
  return 0;
}
