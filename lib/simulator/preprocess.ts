import type { Finding } from "./finding.ts";
import { SIMULATOR_COMPILER } from "./kernel_flags.ts";
import type { KernelSource } from "./kernel_source.ts";
import { findingsOf } from "./messages.ts";
import { piped } from "./piped.ts";

/** Stands in the preprocessed text where the library was included. */
export const LIBRARY_MARK = "#pragma metal_stdlib";

/** A kernel file without macros and comments. */
export interface Preprocessed {
  /** Lines such as `# 12 "file"` tell where the next line comes from. */
  text: string;
  /** What the preprocessor refused, and includes of other libraries. */
  findings: Finding[];
}

/**
 * Runs the compiler's preprocessor, so that nothing hides in a macro. Metal's
 * own library is not read: {@linkcode LIBRARY_MARK} stands in its place.
 */
export async function preprocess(
  source: KernelSource,
): Promise<Preprocessed> {
  const { lines, findings } = withPlaces(source);
  const { stdout, stderr } = await piped(
    SIMULATOR_COMPILER,
    ["-E", "-xc++", "-std=c++17", ...NOTHING_ELSE, ...METAL, "-"],
    lines.join("\n") + "\n",
  );
  // Before the first place of ours stand those of the compiler.
  const begin = stdout.indexOf(marker(source.places[0]));
  return {
    text: begin < 0 ? "" : stdout.slice(begin),
    findings: [...findings, ...findingsOf(stderr)],
  };
}

const NOTHING_ELSE = ["-undef", "-nostdinc", "-Wno-unknown-pragmas"];
const METAL = ["-D__METAL__=1", "-D__METAL_VERSION__=240"];

function marker(place: { file: string; line: number } | undefined): string {
  return place === undefined ? "" : `# ${place.line} "${place.file}"`;
}

function withPlaces({ text, places, path }: KernelSource) {
  const lines: string[] = [];
  const findings: Finding[] = [];
  let hasLibrary = false;
  text.split("\n").slice(0, -1).forEach((line, index) => {
    const place = places[index]!;
    const before = places[index - 1];
    if (before?.file !== place.file || before.line + 1 !== place.line) {
      lines.push(`#line ${place.line} "${place.file}"`);
    }
    const isLibrary = line.trim() === "#include <metal_stdlib>";
    hasLibrary ||= isLibrary;
    if (!isLibrary && /^\s*#\s*(include|import|line)\b/.test(line)) {
      findings.push({
        ...place,
        text: `only #include "header.h" and #include <metal_stdlib> are ` +
          `allowed, written so: ${line.trim()}`,
      });
      lines.push("");
    } else lines.push(isLibrary ? LIBRARY_MARK : line);
  });
  if (!hasLibrary) {
    const text = "does not include <metal_stdlib>";
    findings.push({ file: path, line: 1, text });
  }
  return { lines, findings };
}
