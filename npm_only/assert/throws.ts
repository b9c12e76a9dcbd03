import { AssertionError, show, withReason } from "./assertion_error.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, reason?: string): unknown;
/** Fails unless `fn` throws an `errorClass` whose message has `includes`. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  includes?: string,
  reason?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  classOrReason?: ErrorClass<E> | string,
  includes?: string,
  reason?: string,
): unknown {
  const expected = expectation(classOrReason, includes, reason);
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
    check(thrown, expected);
    return thrown;
  }
  throw new AssertionError(
    withReason("Expected function to throw", expected.reason),
  );
}

/** Fails unless `fn`'s promise is rejected; returns the rejection. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  reason?: string,
): Promise<unknown>;
/** Fails unless the promise is rejected with such an error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  includes?: string,
  reason?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  classOrReason?: ErrorClass<E> | string,
  includes?: string,
  reason?: string,
): Promise<unknown> {
  const expected = expectation(classOrReason, includes, reason);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    throw new AssertionError(
      withReason("Function throws when expected to reject", expected.reason),
    );
  }
  try {
    await promise;
  } catch (error) {
    check(error, expected);
    return error;
  }
  throw new AssertionError(
    withReason("Expected function to reject", expected.reason),
  );
}

interface Expectation<E extends Error> {
  errorClass: ErrorClass<E> | undefined;
  includes: string | undefined;
  reason: string | undefined;
}

function expectation<E extends Error>(
  classOrReason: ErrorClass<E> | string | undefined,
  includes: string | undefined,
  reason: string | undefined,
): Expectation<E> {
  return typeof classOrReason === "string"
    ? { errorClass: undefined, includes: undefined, reason: classOrReason }
    : { errorClass: classOrReason, includes, reason };
}

function check<E extends Error>(error: unknown, expected: Expectation<E>) {
  const { errorClass, includes, reason } = expected;
  if (errorClass === undefined) return;
  if (!(error instanceof errorClass)) {
    throw new AssertionError(withReason(
      `Expected error to be instance of "${errorClass.name}", ` +
        `but was ${show(error)}`,
      reason,
    ));
  }
  if (includes !== undefined && !error.message.includes(includes)) {
    throw new AssertionError(withReason(
      `Expected error message to include ${show(includes)}, ` +
        `but got ${show(error.message)}`,
      reason,
    ));
  }
}
