import { invalidArgument } from "../api/invalid_argument.ts";

/**
 * The names that one of the patterns fits, `*` standing for anything.
 *
 * @throws {MambaError} `invalid_argument` for a pattern that fits none, or no pattern
 */
export function matchNames(
  names: readonly string[],
  patterns: readonly string[],
): Set<string> {
  if (patterns.length === 0) {
    throw invalidArgument("trainable", "nothing would be trained");
  }
  const matched = new Set<string>();
  for (const pattern of patterns) {
    const fitting = names.filter((name) => fits(name, pattern));
    if (fitting.length === 0) {
      throw invalidArgument(
        "trainable",
        `the pattern ${JSON.stringify(pattern)} fits no tensor`,
        `The model's first tensors are ${names.slice(0, 4).join(", ")}; ` +
          "* stands for anything, as in *.out_proj.weight.",
      );
    }
    for (const name of fitting) matched.add(name);
  }
  return matched;
}

// Not a regular expression: many stars would take it forever.
function fits(name: string, pattern: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
