/**
 * Formats native sources as `.clang-format` says, or with `--check` tells which
 * differ. clang-format comes as WebAssembly from npm: the versions of systems
 * differ, and so do their results.
 *
 * @module
 */
import { format } from "@wasm-fmt/clang-format";

const check = Deno.args.includes("--check");
const style = await Deno.readTextFile(".clang-format");
let differing = 0;
for (const path of Deno.args.filter((arg) => !arg.startsWith("--"))) {
  const text = await Deno.readTextFile(path);
  const wanted = format(text, path, style);
  if (wanted === text) continue;
  differing++;
  if (check) console.error(`  ${path} is not formatted`);
  else await Deno.writeTextFile(path, wanted);
}
Deno.exit(check && differing > 0 ? 1 : 0);
