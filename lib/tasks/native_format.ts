import { capture, run } from "./process.ts";

/** Runs clang-format over every tracked native source. */
export async function formatNative(
  config: string,
  { check }: { check: boolean },
): Promise<number> {
  const listed = await capture("git", ["ls-files", "metal", "tests/native"]);
  const files = listed.stdout.split("\n")
    .filter((path) => /\.(cpp|h|mm|metal)$/.test(path));
  return await run(Deno.execPath(), [
    "run",
    `--config=${config}`,
    "--no-prompt",
    "--allow-read",
    ...(check ? [] : ["--allow-write=metal,tests/native"]),
    "lib/tasks/clang_format.ts",
    ...(check ? ["--check"] : []),
    ...files,
  ]);
}
