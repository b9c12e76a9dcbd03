import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { SHAPES } from "../../lib/bench/shapes.ts";
import { syntheticTokenizer } from "../../lib/bench/synthetic_tokenizer.ts";
import { loadTokenizer } from "../../lib/mod.ts";
import { runMain } from "../cli/fake_terminal.ts";
import { MAMBA1 } from "../cli/fixtures.ts";

const QUICK = [
  ...["--prompt-tokens", "16", "--tokens", "8", "--repetitions", "2"],
  ...["--bandwidth-megabytes", "8", "--threads", "1"],
];

Deno.test("bench measures random models of a shape", async () => {
  const { code, out, notes } = await runMain([
    ...["bench", "--shape", "mamba-tiny", "--shape", "mamba2-tiny", "--json"],
    ...QUICK,
  ]);
  assertEquals(code, 0, notes);
  const report = JSON.parse(out);
  assertEquals([report.device === "", report.threads, report.dtype], [
    false,
    1,
    "f32",
  ]);
  assertEquals(
    report.models.map(({ model }: { model: string }) => model),
    ["mamba-tiny", "mamba2-tiny"],
  );
  for (const model of report.models) {
    for (
      const { mean, samples } of [model.prefill, model.decode, model.served]
    ) {
      assertGreater(mean, 0);
      assertEquals(samples.length, 2);
    }
    assertGreater(model.bandwidth.median, 0);
    assertGreater(model.bytesPerToken, model.weightBytes);
    assertEquals(
      model.decodeBound,
      model.bandwidth.median / model.bytesPerToken,
    );
    assertEquals(
      model.decodeShare,
      model.decode.median / model.decodeBound,
    );
  }
});

Deno.test("bench prints Markdown", async () => {
  const { out } = await runMain(["bench", "--shape", "mamba-tiny", ...QUICK]);
  assertMatch(out, /^\| mamba-tiny \|.*\| pp16 \| [\d.]+ ± [\d.]+ \|$/m);
  assertMatch(out, /^\| mamba-tiny \|.*\| tg8 \| [\d.]+ ± [\d.]+ \|$/m);
  assertMatch(out, /^\| mamba-tiny \|.*\| tg8 over HTTP \|/m);
  assertMatch(
    out,
    /^\| mamba-tiny \| [\d.]+ GB\/s \([^|]*\) \|.*%.*ms.*% \|$/m,
  );
  for (const line of out.split("\n")) assert(!/NaN|undefined/.test(line), line);
});

Deno.test("bench measures a real model", async () => {
  const { code, out, notes } = await runMain(
    ["bench", "--model", MAMBA1, "--json", ...QUICK],
  );
  assertEquals(code, 0, notes);
  assertEquals(JSON.parse(out).models[0].model, "tiny-mamba1");
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
