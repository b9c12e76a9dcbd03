import {
  CLI,
  WRITING_CLI,
  WRITING_EXAMPLES,
} from "../../lib/tasks/permissions.ts";
import { finish, type Finished, ROOT, start } from "../cli/cli_process.ts";

/** Runs an example as `deno task example` does. */
export async function runExample(
  name: string,
  args: readonly string[] = [],
  { input, env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Finished> {
  const child = start(`${ROOT}examples/${name}.ts`, {
    args,
    permissions: WRITING_EXAMPLES.includes(name) ? WRITING_CLI : CLI,
    env,
    stdin: input === undefined ? "null" : "piped",
  });
  if (input === undefined) return await finish(child);
  const writer = child.stdin.getWriter();
  const finished = finish(child);
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return await finished;
}
