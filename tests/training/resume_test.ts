import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { join } from "node:path";
import {
  MambaError,
  readRunLog,
  Trainer,
  type TrainingEvent,
  type TrainingOptions,
} from "../../lib/mod.ts";
import { LAYERS } from "../helpers/tiny_models.ts";
import {
  eventsOf,
  gather,
  tinyDataset,
  tinyRun,
  withFolder,
} from "../helpers/tiny_training.ts";

const data = {
  train: tinyDataset(),
  validation: tinyDataset(4, { seed: 9 }),
};

/** All that a finished run leaves, but for times. */
async function remains(folder: string) {
  const last = join(folder, "checkpoints", "step-00000008");
  const log = (await readRunLog(folder)).filter(({ type }) =>
    type === "step" || type === "validation"
  );
  return {
    model: Deno.readFileSync(join(folder, "model", "model.safetensors")),
    moments: Deno.readFileSync(join(last, "moments.safetensors")),
    // Whether the checkpoint was written before or after the last validation.
    state: Deno.readTextFileSync(join(last, "state.json"))
      .replace(/"reported": [78],/, ""),
    log: log.map((line) =>
      JSON.stringify({
        ...line,
        time: "",
        tokensPerSecond: 0,
        remainingSeconds: 0,
      })
    ),
  };
}

/** A run that nothing interrupts. */
async function unbroken(folder: string, options: TrainingOptions) {
  await using trainer = await Trainer.create(options, { ...data, folder });
  const events = await gather(trainer.run());
  assertEquals(events.at(-1)!.type, "end");
  return { events, remains: await remains(folder) };
}

async function finish(folder: string): Promise<TrainingEvent[]> {
  await using trainer = await Trainer.resume(folder, data);
  const events = await gather(trainer.run());
  assertEquals(eventsOf(events, "end")[0]!.status, "done");
  return events;
}

/** Says that it is aborted when it is asked for the nth time. */
function abortAt(n: number): AbortSignal {
  const controller = new AbortController();
  return new Proxy(controller.signal, {
    get(signal, name) {
      if (name === "aborted" && --n < 0) controller.abort();
      const value = Reflect.get(signal, name, signal);
      return typeof value === "function" ? value.bind(signal) : value;
    },
  });
}

for (const layer of LAYERS) {
  Deno.test(`Trainer.resume() ends a stopped ${layer} run with the bits of an unbroken one, wherever it was stopped`, async () => {
    await withFolder(async (parent) => {
      const options = tinyRun(layer);
      const whole = await unbroken(join(parent, "whole"), options);
      let stopped = 0;
      for (let n = 0;; n += 5) {
        const folder = join(parent, `${n}`);
        {
          await using trainer = await Trainer.create(options, {
            ...data,
            folder,
          });
          const events = await gather(trainer.run({ signal: abortAt(n) }));
          const end = eventsOf(events, "end")[0]!;
          assertEquals(end.error, undefined);
          if (end.status === "done") break;
          assertEquals(end.status, "stopped");
        }
        stopped++;
        await finish(folder);
        assertEquals(await remains(folder), whole.remains, `stop ${n}`);
      }
      // At steps' ends, between micro-batches, inside validations.
      assert(stopped > 6, `${stopped}`);
    });
  });

  Deno.test(`Trainer.resume() ends a killed or abandoned ${layer} run with the bits of an unbroken one`, async () => {
    await withFolder(async (parent) => {
      const options = tinyRun(layer);
      const whole = await unbroken(join(parent, "whole"), options);
      for (let n = 1; n < whole.events.length; n += 3) {
        const killed = join(parent, `killed-${n}`);
        const left = join(parent, `left-${n}`);
        {
          await using trainer = await Trainer.create(options, {
            ...data,
            folder: left,
          });
          let count = 0;
          for await (const _event of trainer.run()) {
            if (++count < n) continue;
            // What is on the disk now is what a killed process leaves.
            copyFolder(left, killed);
            Deno.writeTextFileSync(join(killed, "log.jsonl"), '{"type":"st', {
              append: true,
            });
            break;
          }
        }
        assertEquals((await readRunLog(left)).at(-1)!.type, "end");
        await finish(left);
        assertEquals(await remains(left), whole.remains, `left ${n}`);
        await finish(killed);
        assertEquals(await remains(killed), whole.remains, `killed ${n}`);
      }
    });
  });

  Deno.test(`Trainer.run() makes the same bits of ${layer} with one thread and two`, async () => {
    await withFolder(async (parent) => {
      const [one, two] = await Promise.all([1, 2].map((threads) =>
        unbroken(
          join(parent, `${threads}`),
          tinyRun(layer, { device: "cpu", threads, rowLength: 80 }),
        )
      ));
      assertEquals(one!.remains, two!.remains);
      const other = await unbroken(
        join(parent, "seed"),
        tinyRun(layer, { device: "cpu", seed: 6 }),
      );
      assertNotEquals(other.remains.model, one!.remains.model);
    });
  });
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) copyFolder(source, target);
    else Deno.copyFileSync(source, target);
  }
}

/** Stops a run after some steps. */
async function stopAfter(folder: string, steps: number): Promise<void> {
  await using trainer = await Trainer.create(tinyRun("Mamba1"), {
    ...data,
    folder,
  });
  for await (const event of trainer.run()) {
    if (event.type === "step" && event.step === steps) break;
  }
}

Deno.test("Trainer.resume() takes the checkpoint before a damaged one, and says so", async () => {
  await withFolder(async (folder) => {
    await stopAfter(folder, 5);
    const newest = join(folder, "checkpoints", "step-00000005");
    const path = join(newest, "model.safetensors");
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 5]! ^= 1;
    await Deno.writeFile(path, bytes);
    const events = await finish(folder);
    assertEquals(eventsOf(events, "start")[0]!.step, 3);
    assertMatch(
      eventsOf(events, "warning")[0]!.message,
      /step-00000005\/model\.safetensors: it is not what was written/,
    );
  });
});

Deno.test("Trainer.resume() leaves out checkpoints without their mark", async () => {
  await withFolder(async (folder) => {
    await stopAfter(folder, 5);
    await Deno.remove(join(folder, "checkpoints", "step-00000005", "DONE"));
    const events = await finish(folder);
    assertEquals(eventsOf(events, "start")[0]!.step, 3);
    assertEquals(eventsOf(events, "warning"), []);
    assertEquals(
      [...Deno.readDirSync(join(folder, "checkpoints"))].map((e) => e.name)
        .sort(),
      ["step-00000006", "step-00000008"],
    );
  });
});

Deno.test("Trainer.resume() refuses another run's data and options", async () => {
  await withFolder(async (folder) => {
    await stopAfter(folder, 4);
    const other = { ...data, train: tinyDataset(10, { seed: 2 }) };
    await assertRejects(
      () => Trainer.resume(folder, other),
      MambaError,
      "its data has changed",
    );
    const error = await assertRejects(
      () => Trainer.resume(folder, { ...data, options: { batchSize: 4 } }),
      MambaError,
      "batchSize was 3 and is now 4",
    );
    assertEquals(error.field, "batchSize");
    await using trainer = await Trainer.resume(folder, {
      ...data,
      options: { threads: 1, validationInterval: 0, continueOnSpike: true },
    });
    assertEquals([trainer.step, trainer.steps], [4, 8]);
  });
});

Deno.test("a run's folder is used by one trainer at a time", async () => {
  await withFolder(async (folder) => {
    {
      await using _first = await Trainer.create(tinyRun("Mamba1"), {
        ...data,
        folder,
      });
      for (
        const second of [
          () => Trainer.create(tinyRun("Mamba1"), { ...data, folder }),
          () => Trainer.resume(folder, data),
        ]
      ) {
        const error = await assertRejects(second, MambaError);
        assertEquals(error.code, "busy");
      }
    }
    await assertRejects(
      () => Trainer.create(tinyRun("Mamba1"), { ...data, folder }),
      MambaError,
      "there is one already",
    );
    await finish(folder);
    const nowhere = await assertRejects(
      () => Trainer.resume(join(folder, "nowhere"), data),
      MambaError,
    );
    assertEquals(nowhere.code, "not_found");
  });
});
