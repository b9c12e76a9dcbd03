import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { DeviceName } from "../../lib/api/device_info.ts";
import { Mamba, Mamba2, MambaError } from "../../lib/mod.ts";
import { assertClose } from "../helpers/conformance.ts";
import { DEVICES } from "../helpers/devices.ts";
import { mamba1Block, mamba2Block } from "../helpers/naive_blocks.ts";
import { someNumbers } from "../helpers/tiny_models.ts";

const LENGTH = 11;

const BLOCKS = [
  {
    name: "Mamba",
    make: (device: DeviceName) =>
      new Mamba({
        dModel: 24,
        dState: 5,
        dConv: 3,
        dtRank: 3,
        seed: 5,
        device,
      }),
    naive: mamba1Block,
  },
  {
    name: "Mamba2",
    make: (device: DeviceName) =>
      new Mamba2({
        dModel: 24,
        dState: 6,
        headdim: 8,
        ngroups: 2,
        seed: 5,
        device,
      }),
    naive: mamba2Block,
  },
];

for (const device of DEVICES) {
  for (const { name, make, naive } of BLOCKS) {
    Deno.test(`${name}.forward() agrees with plain loops on ${device}`, async () => {
      await using block = make(device);
      const x = someNumbers(LENGTH * 24);
      const parameters = block.parameters();
      const expected = naive(x, LENGTH, 24, parameters);
      assertClose(await block.forward(x), expected, "out");
    });

    Deno.test(`${name}.step() continues what forward() began on ${device}`, async () => {
      await using block = make(device);
      const x = someNumbers(LENGTH * 24);
      const whole = await block.forward(x);
      using state = block.createState();
      const head = await block.forward(x.subarray(0, 4 * 24), { state });
      assertClose(head, whole.slice(0, 4 * 24), "head");
      for (let t = 4; t < LENGTH; t++) {
        const row = await block.step(x.subarray(t * 24, (t + 1) * 24), state);
        assertClose(row, whole.slice(t * 24, (t + 1) * 24), `step ${t}`);
      }
    });
  }
}

Deno.test("Mamba takes given parameters and refuses wrong ones", async () => {
  await using random = new Mamba({ dModel: 16, seed: 3 });
  const parameters = random.parameters();
  const given = new Map(
    [...parameters].map(([name, { data }]) => [name, data]),
  );
  await using same = new Mamba({ dModel: 16, parameters: given });
  const x = someNumbers(5 * 16);
  assertEquals(await same.forward(x), await random.forward(x));

  const extra = new Map(given).set("q_proj.weight", new Float32Array(4));
  assertThrows(
    () => new Mamba({ dModel: 16, parameters: extra }),
    MambaError,
    "q_proj.weight",
  );
  const few = new Map(given);
  few.delete("A_log");
  assertThrows(
    () => new Mamba({ dModel: 16, parameters: few }),
    MambaError,
    "A_log",
  );
});

Deno.test("Mamba and Mamba2 refuse sizes that cannot be", async () => {
  assertThrows(() => new Mamba({ dModel: 0 }), MambaError);
  assertThrows(() => new Mamba2({ dModel: 24, headdim: 7 }), MambaError);
  await using block = new Mamba({ dModel: 16 });
  await assertRejects(() => block.forward(new Float32Array(15)), MambaError);
  using state = block.createState();
  await assertRejects(
    () => block.step(new Float32Array(32), state),
    MambaError,
  );
});
