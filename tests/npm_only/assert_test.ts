// The stand-in by its path: in the other mode "@std/assert" is the real one.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
} from "../../npm_only/assert/mod.ts";

/** The message of the assertion that must fail. */
function failure(fn: () => void): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("The assertion holds");
}

Deno.test("equal() compares structure", () => {
  const cycle = () => {
    const object: Record<string, unknown> = { name: "a" };
    object.self = object;
    return object;
  };
  const same: [unknown, unknown][] = [
    [NaN, NaN],
    [0, -0],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [new Map([["x", { y: 1 }]]), new Map([["x", { y: 1 }]])],
    [new Map([[{ k: 1 }, 2]]), new Map([[{ k: 1 }, 2]])],
    [new Set([{ a: 1 }, 2]), new Set([2, { a: 1 }])],
    [new Date(5), new Date(5)],
    [/a/g, /a/g],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer],
    [new Error("x"), new Error("x")],
    [cycle(), cycle()],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ];
  for (const [a, b] of same) assert(equal(a, b), Deno.inspect(a));
  const different: [unknown, unknown][] = [
    [1, "1"],
    [null, undefined],
    [{ a: undefined }, {}],
    [{ a: undefined }, { b: undefined }],
    [[1, 2], [1]],
    [[], {}],
    [new Uint8Array([1]), new Uint16Array([1])],
    [new Float32Array([1]), new Float32Array([2])],
    [new Set([1, 2]), new Set([1, 3])],
    [new Map([["x", undefined]]), new Map([["y", undefined]])],
    [new Date(5), new Date(6)],
    [new Error("x"), new TypeError("x")],
    [new Error("x"), new Error("y")],
    [new URL("http://a/"), new URL("http://b/")],
  ];
  for (const [a, b] of different) assert(!equal(a, b), Deno.inspect(a));
});

Deno.test("assertEquals() shows the lines that differ", () => {
  const message = failure(() =>
    assertEquals({ a: 1, b: [1, 2, 3] }, { a: 1, b: [1, 2, 4] }, "why")
  );
  assertStringIncludes(message, "Values are not equal: why");
  assertStringIncludes(message, "actual");
  assertStringIncludes(message, "4");
  assertNotEquals({ a: 1 }, { a: 2 });
  failure(() => assertNotEquals({ a: 1 }, { a: 1 }));
});

Deno.test("assertStrictEquals() tells equal structure from the same value", () => {
  assertStrictEquals("a", "a");
  const message = failure(() => assertStrictEquals([1], [1]));
  assertStringIncludes(message, "not the same reference");
});

Deno.test("assertAlmostEquals() allows 1e-7 of the expected value", () => {
  assertAlmostEquals(1e6 + 0.05, 1e6);
  failure(() => assertAlmostEquals(1e6 + 0.2, 1e6));
  failure(() => assertAlmostEquals(NaN, 1));
  assertAlmostEquals(1.4, 1, 0.5);
});

Deno.test("assertThrows() checks class and message", () => {
  const error = assertThrows(
    () => {
      throw new RangeError("out of range");
    },
    RangeError,
    "range",
  );
  assert(error instanceof RangeError);
  failure(() => assertThrows(() => {}));
  failure(() =>
    assertThrows(
      () => {
        throw new Error("a");
      },
      TypeError,
    )
  );
  failure(() =>
    assertThrows(
      () => {
        throw new Error("a");
      },
      Error,
      "b",
    )
  );
});

Deno.test("assertRejects() wants a rejection, not an exception", async () => {
  await assertRejects(() => Promise.reject(new TypeError("t")), TypeError, "t");
  for (
    const fn of [
      () => Promise.resolve(),
      () => {
        throw new Error("at once");
      },
    ]
  ) {
    const error = await assertRejects(() => assertRejects(fn));
    assert(error instanceof AssertionError);
  }
});
