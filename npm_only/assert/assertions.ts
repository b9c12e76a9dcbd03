import { AssertionError, show, withReason } from "./assertion_error.ts";
import { equal } from "./equal.ts";

// deno-lint-ignore no-explicit-any
type Constructor = abstract new (...args: any[]) => any;

/** Fails unless `condition` is truthy. */
export function assert(condition: unknown, reason = ""): asserts condition {
  if (!condition) {
    throw new AssertionError(reason || "Expected a truthy value.");
  }
}

/** Fails unless `condition` is falsy. */
export function assertFalse(condition: unknown, reason = "") {
  if (condition) throw new AssertionError(reason || "Expected a falsy value.");
}

/** Fails always. */
export function fail(reason?: string): never {
  throw new AssertionError(withReason("Failed assertion", reason));
}

/** Fails unless the values are equal in structure. */
export function assertEquals<T>(actual: T, expected: T, reason?: string) {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    withReason("Values are not equal", reason) + "\n" +
      difference(show(actual), show(expected)),
  );
}

/** Fails if the values are equal in structure. */
export function assertNotEquals<T>(actual: T, expected: T, reason?: string) {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    withReason(`Expected values that differ, both are ${show(actual)}`, reason),
  );
}

/** Fails unless the values are the same one, as `Object.is` sees it. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  reason?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const a = show(actual), b = show(expected);
  const message = a === b
    ? "Values have the same structure but are not the same reference"
    : "Values are not strictly equal";
  throw new AssertionError(
    withReason(message, reason) + "\n" + difference(a, b),
  );
}

/** Fails if the values are the same one, as `Object.is` sees it. */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  reason?: string,
) {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    withReason(`Expected not to be strictly ${show(actual)}`, reason),
  );
}

/** Fails unless `|actual − expected| ≤ tolerance` (default: 1e-7 relative). */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  reason?: string,
) {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(actual - expected);
  if (delta <= tolerance) return;
  throw new AssertionError(withReason(
    `Expected ${actual} to be within ${tolerance} of ${expected}, ` +
      `the distance is ${delta}`,
    reason,
  ));
}

/** Fails if the value is null or undefined. */
export function assertExists<T>(
  actual: T,
  reason?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    withReason(`Expected a value, not ${actual}`, reason),
  );
}

/** Fails unless the value is an instance of the class. */
export function assertInstanceOf<T extends Constructor>(
  actual: unknown,
  expectedType: T,
  reason?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const found = (actual as object | null | undefined)?.constructor?.name ??
    String(actual);
  throw new AssertionError(withReason(
    `Expected an instance of ${expectedType.name}, not of ${found}`,
    reason,
  ));
}

/** Fails unless the text matches the expression. */
export function assertMatch(actual: string, expected: RegExp, reason?: string) {
  if (expected.test(actual)) return;
  throw new AssertionError(
    withReason(`Expected ${show(actual)} to match ${expected}`, reason),
  );
}

/** Fails unless the text contains the other text. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  reason?: string,
) {
  if (actual.includes(expected)) return;
  throw new AssertionError(withReason(
    `Expected ${show(actual)} to contain ${show(expected)}`,
    reason,
  ));
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, reason?: string) {
  if (!(actual > expected)) failOrder(actual, ">", expected, reason);
}

/** Fails unless `actual ≥ expected`. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  reason?: string,
) {
  if (!(actual >= expected)) failOrder(actual, ">=", expected, reason);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, reason?: string) {
  if (!(actual < expected)) failOrder(actual, "<", expected, reason);
}

/** Fails unless `actual ≤ expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, reason?: string) {
  if (!(actual <= expected)) failOrder(actual, "<=", expected, reason);
}

function failOrder(a: unknown, sign: string, b: unknown, reason?: string) {
  throw new AssertionError(
    withReason(`Expected ${show(a)} ${sign} ${show(b)}`, reason),
  );
}

/** Two texts line by line, without the lines that both begin and end with. */
function difference(actual: string, expected: string): string {
  const a = actual.split("\n"), b = expected.split("\n");
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  const limit = Math.min(a.length, b.length) - start;
  while (end < limit && a.at(-1 - end) === b.at(-1 - end)) end++;
  const context = start > 0 ? [`    … ${start} equal lines`] : [];
  return [
    ...context,
    ...a.slice(start, a.length - end).map((line) => `  actual    ${line}`),
    ...b.slice(start, b.length - end).map((line) => `  expected  ${line}`),
  ].join("\n");
}
