import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  compareLogits,
  summarizeLogits,
} from "../../lib/engine/compare_logits.ts";

/** Numbers that look random, the same each time (mulberry32). */
function* noise(seed: number): Generator<number, never, void> {
  for (;;) {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    yield ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}

function row(seed: number, size: number, spread: number): Float32Array {
  const numbers = noise(seed);
  return Float32Array.from(
    { length: size },
    () => spread * (numbers.next().value - 0.5),
  );
}

/** The definition, word for word: no maximum taken off, no logarithm saved. */
function naive(p: Float32Array, q: Float32Array, size: number) {
  const softmax = (logits: Float32Array) => {
    const weights = [...logits.slice(0, size)].map((x) => Math.exp(x));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  };
  const [one, other] = [softmax(p), softmax(q)];
  const best = (list: number[]) => list.indexOf(Math.max(...list));
  return {
    kl: one.reduce((sum, x, id) => sum + x * Math.log(x / other[id]!), 0),
    sameTop: best(one) === best(other),
  };
}

Deno.test("compareLogits() does as the definition does", () => {
  let same = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const size = 1 + 25 * seed;
    const p = row(seed, size, 12);
    const q = row(seed + 100, size, 9).map((x, id) =>
      seed % 2 === 0 ? p[id]! + x / 2000 : x
    );
    const expected = naive(p, q, size);
    const found = compareLogits(p, q);
    assertAlmostEquals(found.kl, expected.kl, 1e-12 + 1e-10 * expected.kl);
    assertEquals(found.sameTop, expected.sameTop);
    same += found.sameTop ? 1 : 0;
  }
  assert(same > 5 && same < 35);
});

Deno.test("compareLogits() is 0 for equal rows, also where one is shifted", () => {
  const p = row(3, 500, 20);
  assertEquals(compareLogits(p, p), { kl: 0, sameTop: true });
  const shifted = compareLogits(p, p.map((x) => x + 64)).kl;
  assertAlmostEquals(shifted, 0, 1e-5);
});

Deno.test("compareLogits() does not overflow", () => {
  const { kl } = compareLogits(
    Float32Array.of(1000, 0),
    Float32Array.of(0, 1000),
  );
  assertAlmostEquals(kl, 1000, 1e-9);
});

Deno.test("compareLogits() leaves out what lies beyond the shared ids", () => {
  const p = row(5, 30, 8);
  const q = row(6, 34, 8);
  const expected = naive(p, q, 30);
  assertAlmostEquals(compareLogits(p, q).kl, expected.kl, 1e-12);
  const fewer = naive(p, q, 10);
  assertAlmostEquals(compareLogits(p, q, 10).kl, fewer.kl, 1e-12);
});

Deno.test("compareLogits() knows ids that are excluded", () => {
  const excluded = Float32Array.of(0, -Infinity);
  const open = Float32Array.of(0, 0);
  assertAlmostEquals(compareLogits(excluded, open).kl, Math.LN2, 1e-15);
  assertEquals(compareLogits(open, excluded).kl, Infinity);
});

Deno.test("compareLogits() takes the lowest id on ties and refuses NaN", () => {
  assertEquals(summarizeLogits(Float32Array.of(1, 3, 3)).top, 1);
  for (const wrong of [NaN, Infinity]) {
    assertThrows(
      () => compareLogits(Float32Array.of(0, wrong), Float32Array.of(0, 0)),
      MambaError,
      "Cannot compare logits",
    );
  }
});
