import {
  assert,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  DEFAULT_SAMPLING,
  type NumericOption,
  resolveSampling,
  SAMPLING_RANGES,
  type SamplingOptions,
} from "../../lib/api/sampling_options.ts";

const NUMERIC = Object.keys(SAMPLING_RANGES) as NumericOption[];

/** Refuses options that TypeScript would not let through either. */
function assertRefused(options: object, field: string, named = ""): void {
  const error = assertThrows(
    () => resolveSampling(options as SamplingOptions),
    MambaError,
  );
  assertEquals(error.code, "invalid_argument");
  assertEquals(error.field, field);
  assertStringIncludes(error.message, named);
  assertStringIncludes(error.message, "Cannot use ");
  assertLess(error.message.length, 200);
  assert(error.hint || field === "ignoreEos");
}

Deno.test("resolveSampling() fills in every default and a random seed", () => {
  const { seed, ...rest } = resolveSampling({});
  assertEquals(rest, { ...DEFAULT_SAMPLING });
  assert(Number.isSafeInteger(seed) && seed >= 0);
  assertNotEquals(resolveSampling({}).seed, seed);
});

Deno.test("resolveSampling() takes undefined for absent", () => {
  const options = Object.fromEntries(
    [...Object.keys(DEFAULT_SAMPLING), "seed"].map((name) => [name, undefined]),
  );
  const { seed: _, ...rest } = resolveSampling(options);
  assertEquals(rest, { ...DEFAULT_SAMPLING });
});

Deno.test("SAMPLING_RANGES hold the defaults, and steps that fit", () => {
  for (const name of NUMERIC) {
    const { min, max, step, integer, description } = SAMPLING_RANGES[name];
    assert(min < max && step > 0 && step <= max - min, name);
    assert(!integer || Number.isInteger(step), name);
    assert(description !== "", name);
    if (name === "seed") continue;
    const value = DEFAULT_SAMPLING[name];
    assert(value >= min && value <= max, name);
  }
});

for (const name of NUMERIC) {
  const { min, max, integer } = SAMPLING_RANGES[name];

  Deno.test(`resolveSampling() takes ${name} from ${min} to ${max}`, () => {
    for (const value of [min, max]) {
      assertEquals(resolveSampling({ [name]: value })[name], value);
    }
  });

  Deno.test(`resolveSampling() refuses ${name} when it is no such number`, () => {
    const values: unknown[] = [
      NaN,
      -Infinity,
      min - 1,
      -1e308,
      1e308,
      null,
      "1",
      "",
      true,
      [1],
      {},
      1n,
      Symbol("1"),
      () => 1,
      Object.create(null),
      { toString: 1, valueOf: 1 },
      JSON.parse("[".repeat(20_000) + "]".repeat(20_000)),
      "9".repeat(100_000),
    ];
    if (name !== "maxTokens") values.push(Infinity);
    if (integer) values.push(min + 0.5);
    if (max < Number.MAX_SAFE_INTEGER) values.push(max + 1);
    for (const value of values) assertRefused({ [name]: value }, name, name);
  });
}

Deno.test("resolveSampling() takes Infinity for no limit of tokens", () => {
  assertEquals(resolveSampling({ maxTokens: Infinity }).maxTokens, Infinity);
});

Deno.test("resolveSampling() names what it does not know", () => {
  assertRefused({ temprature: 1 }, "temprature", "temprature");
  assertRefused({ constructor: 1 }, "constructor");
  assertRefused(JSON.parse('{"__proto__":{"seed":1}}'), "__proto__");
  assertRefused({ ["x".repeat(100_000)]: 1 }, "x".repeat(100_000));
});

Deno.test("resolveSampling() knows how other programs write a name", () => {
  for (const [name, near] of [["max_tokens", "maxTokens"], ["top_p", "topP"]]) {
    const error = assertThrows(
      () => resolveSampling({ [name!]: 1 } as SamplingOptions),
      MambaError,
    );
    assertEquals(error.hint, `Did you mean ${near}?`);
  }
});

Deno.test("resolveSampling() takes up to 16 stop strings", () => {
  const stop = Array.from({ length: 16 }, (_, i) => "é".repeat(241 + i));
  const resolved = resolveSampling({ stop }).stop;
  assertEquals(resolved, stop);
  stop[0] = "changed";
  assertNotEquals(resolved[0], "changed");
});

Deno.test("resolveSampling() refuses stop strings that cannot be", () => {
  const wrong: unknown[] = [
    "text",
    null,
    {},
    [""],
    [1],
    [null],
    [{ toString: 1 }],
    ["x".repeat(257)],
    Array(17).fill("x"),
    ["\ud83d"],
  ];
  for (const stop of wrong) assertRefused({ stop }, "stop", "stop");
});

Deno.test("resolveSampling() refuses what is neither true nor false", () => {
  for (const ignoreEos of [0, "false", null, {}, []]) {
    assertRefused({ ignoreEos }, "ignoreEos");
  }
});

Deno.test("resolveSampling() reads a logit bias as object or Map", () => {
  const expected = new Map([[0, 1.5], [7, -Infinity], [50_279, -100]]);
  const object = { "0": 1.5, "7": null, "50279": -100 } as const;
  assertEquals(resolveSampling({ logitBias: object }).logitBias, expected);
  assertEquals(
    resolveSampling({ logitBias: { ...object, "7": false } }).logitBias,
    expected,
  );
  const map = new Map([[0, 1.5], [7, -Infinity], [50_279, -100]]);
  const resolved = resolveSampling({ logitBias: map }).logitBias;
  assertEquals(resolved, expected);
  map.clear();
  assertEquals(resolved, expected);
});

Deno.test("resolveSampling() refuses a logit bias that cannot be", () => {
  const wrong: unknown[] = [
    null,
    5,
    [],
    "1",
    { the: 1 },
    { "": 1 },
    { " 1": 1 },
    { "0x1": 1 },
    { "1e3": 1 },
    { "-1": 1 },
    { "1.5": 1 },
    { "4294967296": 1 },
    { "1": Infinity },
    { "1": NaN },
    { "1": 1e308 },
    { "1": "2" },
    { "1": true },
    { "1": { valueOf: 1 } },
    new Map<unknown, unknown>([[{}, 1]]),
    new Map<unknown, unknown>([[NaN, 1]]),
    Object.fromEntries(Array.from({ length: 65_537 }, (_, i) => [i, 1])),
  ];
  for (const logitBias of wrong) assertRefused({ logitBias }, "logitBias");
});
