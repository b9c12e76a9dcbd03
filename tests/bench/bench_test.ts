import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { BenchReport } from "../../lib/api/bench.ts";
import { SHAPES } from "../../lib/bench/shapes.ts";
import { syntheticTokenizer } from "../../lib/bench/synthetic_tokenizer.ts";
import { loadTokenizer } from "../../lib/mod.ts";
import { runMain } from "../cli/fake_terminal.ts";
import { MAMBA1, MAMBA2 } from "../cli/fixtures.ts";

const QUICK = [
  ...["--tests", "pp16,tg8", "--batch", "1,3", "--depth", "0,20"],
  ...["--repetitions", "1", "--bandwidth-megabytes", "8", "--threads", "1"],
];

/** The peak that is measured is the processor's. */
const ON_CPU = ["--device", "cpu", ...QUICK];

const TESTS = [
  "pp16",
  "pp16 @ d20",
  "tg8",
  "tg8 @ batch 3",
  "tg8 @ d20",
  "tg8 @ batch 3 @ d20",
];

Deno.test("bench measures random models of a shape", async () => {
  const { code, out, notes } = await runMain([
    ...["bench", "--shape", "mamba-tiny", "--shape", "mamba2-tiny", "--json"],
    ...["--dtype", "f32", "--dtype", "f16", ...ON_CPU],
  ]);
  assertEquals(code, 0, notes);
  const report: BenchReport = JSON.parse(out);
  assertEquals(
    report.models.map(({ model, dtype }) => `${model} ${dtype}`),
    ["mamba-tiny f32", "mamba-tiny f16", "mamba2-tiny f32", "mamba2-tiny f16"],
  );
  for (const { model, dtype, ...figures } of report.models) {
    const rows = report.rows.filter((row) =>
      row.model === model && row.dtype === dtype
    );
    assertEquals(
      rows.map(({ test }) => test),
      [...TESTS, "tg8 http", "load", "load + tg1", "peak memory"],
    );
    for (const { engine, threads, samples, share, test, ratio } of rows) {
      assertEquals([engine, threads, ratio], ["fresh-mamba", 1, undefined]);
      assertEquals(samples.samples.length, 1);
      assertGreater(samples.mean, 0);
      const of = TESTS.includes(test)
        ? test.startsWith("pp") ? "peak" : "bandwidth"
        : undefined;
      assertEquals(share?.of, of, test);
    }
    assertEquals(
      figures.bytesPerToken,
      figures.weightBytes + 2 * figures.stateBytes,
    );
  }
  assertEquals([report.peer, report.checks], [undefined, []]);
});

Deno.test("bench relates a rate to what the machine reaches", async () => {
  const { out } = await runMain(
    ["bench", "--shape", "mamba-tiny", "--json", "--no-http", ...ON_CPU],
  );
  const { rows, limits, models }: BenchReport = JSON.parse(out);
  const { weightBytes, stateBytes, operationsPerToken } = models[0]!;
  const of = (test: string) => rows.find((row) => row.test === test)!;
  const text = of("tg8 @ batch 3");
  assertAlmostEquals(
    text.share!.value,
    text.samples.median / 3 * (weightBytes + 6 * stateBytes) /
      limits[0]!.bandwidth.median,
    1e-9,
  );
  // Of a prompt only the last token goes through the head.
  const head = 2 * 320 * 32;
  const prompt = of("pp16");
  assertAlmostEquals(
    prompt.share!.value,
    prompt.samples.median * (operationsPerToken - head * 15 / 16) /
      limits[0]!.peakF32.median,
    1e-9,
  );
});

Deno.test("bench prints Markdown and CSV", async () => {
  const args = ["bench", "--shape", "mamba-tiny", ...QUICK];
  const { out } = await runMain(args);
  for (const test of [...TESTS, "tg8 http"]) {
    assertMatch(
      out,
      new RegExp(`^\\| mamba-tiny f32 \\|.*\\| ${test} \\| [\\d.]+ ± 0`, "m"),
    );
  }
  for (const line of out.split("\n")) assert(!/NaN|undefined/.test(line), line);
  const csv = (await runMain([...args, "--format", "csv"])).out;
  assertMatch(csv, /^engine,model,dtype,/);
  assertEquals(csv.trim().split("\r\n").length, 1 + TESTS.length + 4);
});

Deno.test("bench measures a real model, as stored or not", async () => {
  const args = ["bench", "--model", MAMBA1, "--json", ...QUICK];
  const { code, out, notes } = await runMain(args);
  assertEquals(code, 0, notes);
  const [stored] = JSON.parse(out).models;
  assertEquals([stored.model, stored.dtype], ["tiny-mamba1", "f32"]);
  const narrow = await runMain([...args, "--dtype", "f16"]);
  const [kept] = JSON.parse(narrow.out).models;
  assertEquals(kept.dtype, "f16");
  assertGreater(stored.weightBytes, kept.weightBytes);
});

Deno.test("bench leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", folder);
  try {
    await runMain(["bench", "--shape", "mamba-tiny", ...QUICK]);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("bench tells wrong use from failure", async () => {
  const shape = await runMain(["bench", "--shape", "mamba-130"]);
  assertEquals(shape.code, 2);
  assertStringIncludes(shape.notes, "Did you mean mamba-130m?");
  assertEquals((await runMain(["bench", "--model", "/nowhere"])).code, 1);
  for (
    const [flags, words] of [
      [["--tests", "pp512,tg"], "--tests pp512,tg"],
      [["--batch", "0"], "integers from 1"],
      [["--depth", "-4"], "integers from 0"],
      [["--format", "csv", "--json"], "--format csv and --json"],
      [["--kernels", "--format", "csv"], "as CSV"],
      [["--together", "--format", "csv"], "as CSV"],
      [["--together", "--model", "fairy-mamba1"], "1 columns together"],
      [["--together", "--tests", "pp128"], "several tests"],
    ] as const
  ) {
    const { code, notes } = await runMain(["bench", ...flags]);
    assertEquals(code, 2, notes);
    assertStringIncludes(notes, words);
  }
});

Deno.test("bench --together measures columns alone and all at once", async () => {
  const { code, out } = await runMain([
    ...["bench", "--together", "--json", "--tests", "tg4"],
    ...["--repetitions", "2", "--model", MAMBA1, "--model", MAMBA2],
  ]);
  assertEquals(code, 0);
  const { models, tokens, alone, together, ratio } = JSON.parse(out);
  assertEquals([models, tokens], [["tiny-mamba1", "tiny-mamba2"], 4]);
  const counts = [...alone, together].map(({ samples }) => samples.length);
  assertEquals(counts, [2, 2, 2]);
  const [first, second] = together.samples.map((took: number, i: number) =>
    took / (alone[0].samples[i] + alone[1].samples[i])
  );
  assertEquals(ratio, (first + second) / 2);
});

Deno.test("bench --peers says what is wrong when npm cannot be reached", async () => {
  const folder = await Deno.makeTempDir();
  const names = ["XDG_CACHE_HOME", "DENO_DIR", "NPM_CONFIG_REGISTRY"];
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  Deno.env.set("XDG_CACHE_HOME", folder);
  Deno.env.set("DENO_DIR", folder);
  // A port that nobody listens on.
  Deno.env.set("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/");
  try {
    const { code, out, notes } = await runMain(
      ["bench", "--shape", "mamba-tiny", "--peers", ...QUICK],
    );
    assertEquals([code, out], [1, ""]);
    assertMatch(
      notes,
      /Installing @node-llama-cpp\/[\w-]+@[\d.]+ from npm into/,
    );
    assertMatch(notes, /Cannot install @node-llama-cpp\/[\w-]+: .+/);
    assertStringIncludes(notes, "or leave --peers out");
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("SHAPES have the parameters of the published models", () => {
  const millions = (name: string) =>
    Math.round(
      SHAPES[name]!.tensors().reduce(
        (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
        0,
      ) / 1e6,
    );
  assertEquals(millions("mamba-130m"), 129);
  assertEquals(millions("mamba-370m"), 372);
  assertEquals(millions("mamba-2.8b"), 2768);
  assertEquals(millions("mamba2-130m"), 129);
  assertEquals(millions("mamba2-2.7b"), 2703);
  assertEquals(SHAPES["mamba-130m"]!.paddedVocabSize, 50280);
  assertEquals(SHAPES["mamba2-130m"]!.paddedVocabSize, 50288);
});

Deno.test("syntheticTokenizer() has a text for every id", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/tokenizer.json`;
    await Deno.writeTextFile(path, syntheticTokenizer(300));
    const tokenizer = await loadTokenizer(path);
    assertEquals(tokenizer.decode(tokenizer.encode("The ö 🙂")), "The ö 🙂");
    assertEquals(tokenizer.decode([256, 299]), " t256 t299");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
