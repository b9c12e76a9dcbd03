import { assertEquals, assertRejects } from "@std/assert";
import { MambaError, selectiveScan } from "../../lib/mod.ts";
import { assertClose } from "../helpers/conformance.ts";
import { someNumbers } from "../helpers/tiny_models.ts";

const SIZES = { batch: 2, dim: 21, length: 13, dState: 5 };

function input(full: boolean) {
  const { batch, dim, length, dState } = SIZES;
  const numbers = (count: number, seed: number) => someNumbers(count, seed);
  return {
    ...SIZES,
    u: numbers(batch * dim * length, 1),
    delta: numbers(batch * dim * length, 2),
    A: numbers(dim * dState, 3).map((a) => -Math.abs(a) - 0.1),
    B: numbers(batch * dState * length, 4),
    C: numbers(batch * dState * length, 5),
    ...(full
      ? {
        D: numbers(dim, 6),
        z: numbers(batch * dim * length, 7),
        deltaBias: numbers(dim, 8),
        deltaSoftplus: true,
        initialState: numbers(batch * dim * dState, 9),
      }
      : {}),
  };
}

/** selective_scan_ref of the official code, in float64. */
function naive(given: ReturnType<typeof input>) {
  const { batch, dim, length, dState, u, A, B, C } = given;
  const out = new Float32Array(batch * dim * length);
  const lastState = new Float32Array(batch * dim * dState);
  for (let b = 0; b < batch; b++) {
    for (let d = 0; d < dim; d++) {
      const at = (b * dim + d) * dState;
      const h = Array.from(
        { length: dState },
        (_, n) => given.initialState?.[at + n] ?? 0,
      );
      for (let t = 0; t < length; t++) {
        const i = (b * dim + d) * length + t;
        let dt = given.delta[i]! + (given.deltaBias?.[d] ?? 0);
        if (given.deltaSoftplus) dt = Math.log1p(Math.exp(dt));
        let y = (given.D?.[d] ?? 0) * u[i]!;
        for (let n = 0; n < dState; n++) {
          const bc = (b * dState + n) * length + t;
          h[n] = Math.exp(dt * A[d * dState + n]!) * h[n]! +
            dt * B[bc]! * u[i]!;
          y += C[bc]! * h[n]!;
        }
        const z = given.z?.[i];
        out[i] = z === undefined ? y : y * z / (1 + Math.exp(-z));
      }
      lastState.set(h, at);
    }
  }
  return { out, lastState };
}

for (const device of ["cpu", "reference"] as const) {
  for (const full of [false, true]) {
    Deno.test(`selectiveScan() agrees with plain loops on ${device}, ${full ? "everything" : "only what it must have"} given`, async () => {
      const given = input(full);
      const expected = naive(given);
      const result = await selectiveScan({ ...given, device });
      assertClose(result.out, expected.out, "out");
      assertClose(result.lastState, expected.lastState, "lastState");
    });
  }
}

Deno.test("selectiveScan() names an array of the wrong length", async () => {
  for (const field of ["u", "delta", "A", "B", "C", "D", "z"] as const) {
    const error = await assertRejects(
      () => selectiveScan({ ...input(true), [field]: new Float32Array(3) }),
      MambaError,
    );
    assertEquals(error.field, field);
  }
});
