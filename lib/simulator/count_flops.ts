import { TaskError } from "../tasks/task_error.ts";

/** What the runtime has to count in, a `uint64_t`. */
const COUNTER = "mtl_flops";

// Words are flags of fast arithmetic, calling conventions and attributes.
const RESULT = String.raw`^ +%\S+ = `;
const WORDS = String.raw`(?:[a-z]\w*(?:\([^)]*\))? )*?`;
const NUMBER = "(?:half|float|double)";
const TYPE = String.raw`(?:<(\d+) x ${NUMBER}>|${NUMBER})`;
const OPERATION = "f(?:add|sub|mul|div|rem) ";
const ARITHMETIC = new RegExp(`${RESULT}${OPERATION}${WORDS}${TYPE} `);
const ANY_ARITHMETIC = new RegExp(RESULT + OPERATION);
const CALL = new RegExp(
  String.raw`${RESULT}(?:\w+ )?call ${WORDS}${TYPE} @"?([\w.]+)"?\(`,
);
const END_OF_BLOCK = /^ +(?:br|ret|switch|indirectbr|unreachable)\b/;

/** Two operations of one result. */
const FUSED = new Set(["fma", "fmuladd"]);

const ELEMENTARY = new Set(
  ("exp exp2 exp10 log log2 log10 sin cos tan sinh cosh tanh asin acos atan " +
    "asinh acosh atanh sqrt pow fmod atan2").split(" "),
);

/** These choose, round or scale; they do not compute. */
const FREE = new Set(
  ("fabs copysign floor ceil trunc rint round nearbyint roundeven " +
    "fmin fmax minnum maxnum minimum maximum ldexp").split(" "),
);

/**
 * Makes a program count the floating-point operations that it executes.
 *
 * What counts, for every element of a vector: 1 for an addition, subtraction,
 * multiplication, division or remainder; 2 for a fused multiply-add; 1 for a
 * call of an elementary function. What does not: comparison, minimum, maximum,
 * sign, rounding, conversion, moving. Functions of a SIMD-group are counted by
 * what they compute: a sum over 32 lanes is 31, a running sum 32, a product of
 * two 8 by 8 matrices 1024.
 *
 * @param ir LLVM's text, optimised
 * @returns the same, where every basic block adds what it has to a counter
 * @throws {TaskError} for a function of numbers that is not known
 */
export function countFlops(ir: string): string {
  const lines: string[] = [];
  let flops = 0;
  let blocks = 0;
  for (const line of ir.split("\n")) {
    if (flops > 0 && END_OF_BLOCK.test(line)) {
      // Named values leave the numbers of the others as they are.
      const name = `%${COUNTER}.${blocks++}`;
      lines.push(
        `  ${name}.old = load i64, ptr @${COUNTER}, align 8`,
        `  ${name}.new = add i64 ${name}.old, ${flops}`,
        `  store i64 ${name}.new, ptr @${COUNTER}, align 8`,
      );
      flops = 0;
    }
    lines.push(line);
    flops += flopsOf(line);
  }
  if (blocks > 0) lines.push(`@${COUNTER} = external hidden global i64`, "");
  return lines.join("\n");
}

function flopsOf(line: string): number {
  const arithmetic = ARITHMETIC.exec(line);
  if (arithmetic !== null) return Number(arithmetic[1] ?? 1);
  if (ANY_ARITHMETIC.test(line)) throw unknown(line.trim());
  const call = CALL.exec(line);
  if (call === null) return 0;
  return Number(call[1] ?? 1) * flopsOfFunction(call[2]!);
}

function flopsOfFunction(symbol: string): number {
  // The program's own, whose operations are counted where they are.
  if (symbol.startsWith("_Z")) return 0;
  const name = /^llvm\.(\w+)\./.exec(symbol)?.[1] ?? symbol.replace(/f$/, "");
  if (FUSED.has(name)) return 2;
  if (ELEMENTARY.has(name)) return 1;
  if (FREE.has(name)) return 0;
  throw unknown(symbol);
}

function unknown(what: string): TaskError {
  return new TaskError(
    `Cannot count the floating-point operations of "${what}".`,
    "Say in lib/simulator/count_flops.ts how many it has.",
  );
}
