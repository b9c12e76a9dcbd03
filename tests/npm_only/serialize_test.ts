import { Signal, signal } from "@preact/signals";
import { h } from "preact";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { revive } from "../../npm_only/fresh/src/revive.ts";
import { serialize } from "../../npm_only/fresh/src/serialize.ts";

/** The props of islands after the way to the browser. */
function sent(...props: Record<string, unknown>[]): Record<string, unknown>[] {
  const text = serialize(props.map((one) => ({ name: "Island", props: one })));
  return revive(text) as Record<string, unknown>[];
}

Deno.test("revive() gives what serialize() got", () => {
  const props = {
    text: "a <b> </script> \u2028 ☃",
    numbers: [0, -0, 1.5, NaN, Infinity, -Infinity, 2n ** 70n],
    nothing: [null, undefined],
    date: new Date(1e12),
    url: new URL("http://localhost/x?y#z"),
    set: new Set(["a", 1]),
    map: new Map([["k", { v: [true, false] }]]),
    bytes: new Uint8Array([0, 128, 255]),
    nested: { "key with spaces": { deep: [[[]]] } },
  };
  const [got] = sent(props);
  assertEquals(got, props);
  assert(Object.is((got?.numbers as number[])[1], -0));
});

Deno.test("serialize() keeps what is shared, and what contains itself", () => {
  const shared = { a: 1 };
  const cycle: Record<string, unknown> = { shared };
  cycle.self = cycle;
  const [one, two] = sent({ shared, cycle }, { shared });
  assert(one?.shared === two?.shared);
  const got = one?.cycle as typeof cycle;
  assert(got.self === got);
  assert(got.shared === one?.shared);
});

Deno.test("serialize() sends a signal once for all islands", () => {
  const count = signal({ n: 3 });
  const [a, b] = sent({ count }, { count });
  assert(a?.count instanceof Signal);
  assert(a.count === b?.count);
  assertEquals(a.count.value, { n: 3 });
});

Deno.test("serialize() names what cannot be sent", () => {
  class Own {}
  for (
    const [value, what] of [
      [() => {}, "a function"],
      [Symbol("s"), "a symbol"],
      [h("p", null), "JSX"],
      [new Own(), "an instance of Own"],
    ] as const
  ) {
    assertThrows(
      () => sent({ list: [{ value }] }),
      TypeError,
      `Cannot send Island.list[0].value to the browser: it is ${what}`,
    );
  }
});

Deno.test("revive() treats __proto__ as a name like any other", () => {
  const props = JSON.parse('{"__proto__": {"polluted": true}}');
  const [got] = sent({ props });
  assertEquals(Object.keys(got?.props as object), ["__proto__"]);
  assertEquals(({} as { polluted?: boolean }).polluted, undefined);
});
