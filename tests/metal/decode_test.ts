/**
 * What a decoded token of the published shapes costs on a GPU, counted on the
 * simulated one as `bench --kernels` does.
 */
import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import type { KernelReport } from "../../lib/bench/bench_kernels.ts";
import { buildSimulator } from "../../lib/simulator/build_library.ts";
import { runCli } from "../cli/cli_process.ts";
import { test } from "./tools.ts";

async function kernelsOf(
  shape: string,
  { batch = 1, dtype = "f16" } = {},
): Promise<KernelReport> {
  const { path } = await buildSimulator({ checked: true });
  const { code, stdout, stderr } = await runCli(
    [
      "bench",
      "--kernels",
      "--json",
      `--dtype=${dtype}`,
      `--shape=${shape}`,
      `--batch=${batch}`,
    ],
    { env: { MAMBA_LIBRARY: path, MAMBA_SELF_TEST: "off" } },
  );
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout)[0];
}

/** Of 24 layers of width 768. */
interface Shape {
  /** Dispatches that a layer takes. */
  ofLayer: number;
  /** Padded. */
  vocabulary: number;
  /** Rows of in_proj. */
  inProj: number;
}

const SHAPES: Record<string, Shape> = {
  "mamba-130m": { ofLayer: 4, vocabulary: 50280, inProj: 3072 },
  "mamba2-130m": { ofLayer: 3, vocabulary: 50288, inProj: 3352 },
};

for (const [shape, sizes] of Object.entries(SHAPES)) {
  test(`a decoded token of ${shape} takes few dispatches, and each weight once`, async () => {
    const { kernels, total, bytesNeeded } = await kernelsOf(shape);
    // Beside the layers: the embedding, the head, and the draw.
    assertEquals(total.dispatches, 24 * sizes.ofLayer + 3);
    assertLess(total.bytes, 1.1 * bytesNeeded);
    // Less would mean that something was not counted.
    assertLess(bytesNeeded, 1.001 * total.bytes);

    const inProj = kernels.find(({ kernel }) => kernel === "in_proj_conv_f16")!;
    assertEquals(inProj.dispatches, 24);
    const weights = 24 * sizes.inProj * 768;
    assertLess(2 * weights, inProj.bytesRead);
    // A product is a multiplication and an addition; each SIMD-group of four
    // outputs also takes the norm's square and product.
    assertLess(2 * weights, inProj.flops);
    assertLess(inProj.flops, 1.5 * 2 * weights);
    const head = kernels.find(({ kernel }) => kernel === "gemv_1_f16")!;
    assertLess(2 * sizes.vocabulary * 768, head.bytesRead);
    for (const { laneAccesses, laneSlots } of kernels) {
      assertLess(0.9 * laneSlots, laneAccesses);
    }
  });
}

// Each takes half a minute or more: every trait once.
test("eight sequences of mamba-130m decode in as many dispatches as one", async () => {
  const { total, bytesNeeded } = await kernelsOf("mamba-130m", { batch: 8 });
  assertEquals(total.dispatches, 24 * SHAPES["mamba-130m"]!.ofLayer + 3);
  // The weights once for all, the states of each.
  assertLess(total.bytes, 1.05 * bytesNeeded);
  assertLess(bytesNeeded, 1.001 * total.bytes);
});

for (
  const { shape, dtype, batch } of [
    { shape: "mamba-130m", dtype: "q8", batch: 1 },
    // Its in_proj has rows that are not quantised.
    { shape: "mamba2-130m", dtype: "q4", batch: 8 },
  ]
) {
  test(`a token of ${shape} in ${dtype} (batch ${batch}) takes the dispatches of f16, and each weight once`, async () => {
    const { ofLayer, vocabulary } = SHAPES[shape]!;
    const { kernels, total, bytesNeeded } = await kernelsOf(shape, {
      batch,
      dtype,
    });
    assertEquals(total.dispatches, 24 * ofLayer + 3);
    assertLess(total.bytes, 1.1 * bytesNeeded);
    assertLess(bytesNeeded, 1.001 * total.bytes);
    // The head is in 8 bits, whatever the layers are in.
    const head = kernels.find(({ kernel }) => kernel === `gemv_${batch}_q8`)!;
    assertLess(vocabulary * 768 * 34 / 32, head.bytesRead);
  });
}

test("bench --kernels says what it needs", async () => {
  const { path } = await buildSimulator({ checked: false });
  const { code, stderr } = await runCli(
    ["bench", "--kernels", "--shape=mamba-tiny"],
    { env: { MAMBA_LIBRARY: path, MAMBA_SELF_TEST: "off" } },
  );
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Cannot profile kernels");
  assertStringIncludes(stderr, "deno task simulator --checked");
});
