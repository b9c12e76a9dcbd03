/**
 * What a decoded token of the published shapes costs on a GPU, counted on the
 * simulated one. Models with one and two layers of the real width tell what a
 * layer takes and what the rest does.
 */
import { assertEquals, assertLess } from "@std/assert";
import { fileURLToPath } from "node:url";
import { buildSimulator } from "../../lib/simulator/build_library.ts";
import { finish, start } from "../cli/cli_process.ts";
import type { KernelProfile } from "./host/simulator.ts";
import { test } from "./tools.ts";

const PROGRAM = fileURLToPath(new URL("host/decode_token.ts", import.meta.url));

/** What `decode_token.ts` prints of a model. */
interface Decoded {
  kernels: KernelProfile[];
  weightBytes: number;
  stateBytes: number;
  found: string;
}

async function decodeToken(...args: string[]): Promise<[Decoded, Decoded]> {
  const { path } = await buildSimulator({ checked: true });
  const { code, stdout, stderr } = await finish(start(PROGRAM, {
    args,
    permissions: ["-A"],
    env: { MAMBA_LIBRARY: path, MAMBA_SELF_TEST: "off" },
  }));
  assertEquals(code, 0, stderr);
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line));
  return lines as [Decoded, Decoded];
}

/** A figure of a model with `layers` layers, from those with one and two. */
function composed(
  [one, two]: [Decoded, Decoded],
  figure: (decoded: Decoded) => number,
  layers: number,
): number {
  return figure(one) + (layers - 1) * (figure(two) - figure(one));
}

function sum(key: "dispatches" | "bytesRead" | "bytesWritten") {
  return ({ kernels }: Decoded) =>
    kernels.reduce((total, kernel) => total + kernel[key], 0);
}

/** Shape → dispatches that a token may take, and that a layer takes. */
const SHAPES: Record<string, { most: number; ofLayer: number }> = {
  "mamba-130m": { most: 110, ofLayer: 4 },
  "mamba2-130m": { most: 85, ofLayer: 3 },
};

for (const [shape, { most, ofLayer }] of Object.entries(SHAPES)) {
  test(`a decoded token of ${shape} takes few dispatches, and each weight once`, async () => {
    const decoded = await decodeToken(shape, "f16");
    const total = (figure: (decoded: Decoded) => number) =>
      composed(decoded, figure, 24);
    assertEquals(decoded.map(({ found }) => found), ["", ""]);

    const dispatches = sum("dispatches");
    assertEquals(dispatches(decoded[1]) - dispatches(decoded[0]), ofLayer);
    assertLess(total(dispatches), most + 1);

    const moved = total(sum("bytesRead")) + total(sum("bytesWritten"));
    const needed = total(({ weightBytes }) => weightBytes) +
      2 * total(({ stateBytes }) => stateBytes);
    assertLess(moved, 1.1 * needed);
    // Less would mean that something was not counted.
    assertLess(needed, 1.001 * moved);
  });
}
