/**
 * Faults that are put into kernels and dispatches on purpose: each is found,
 * with its place, and the same without the fault has no finding.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  buildProgram,
  fixture,
  type Program,
  runProgram,
} from "./runtime/program.ts";
import { test } from "./tools.ts";

/** Kernel of `faults.metal` without its ending → what is found. */
const KINDS: Record<string, string> = {
  shared: "race",
  loop: "race",
  simd: "race",
  device: "race",
  half: "race",
  order: "race",
  matrix: "race",
  atomic: "race",
  overrun: "bounds",
  shared_overrun: "bounds",
  matrix_overrun: "bounds",
  private_overrun: "bounds",
  unwritten: "uninitialised",
  constant: "constant",
  barrier: "divergence",
  two_barriers: "divergence",
  lanes: "divergence",
  returned: "divergence",
  two_functions: "divergence",
  matrix_lanes: "divergence",
  missing_lane: "undefined",
  division: "undefined",
  misaligned: "align",
};
/** Those that every build finds. */
const ALWAYS = [
  "barrier",
  "two_barriers",
  "lanes",
  "returned",
  "two_functions",
  "missing_lane",
];
/** How many threadgroups a kernel needs, if more than one. */
const THREADGROUPS: Record<string, number> = {
  device: 2,
  overrun: 3,
  atomic: 2,
};
/** Case of `fault_main.cpp` → what is found; empty if nothing may be. */
const DISPATCHES: Record<string, string> = {
  "right": "",
  "unbound": "[binding] kernel asks: buffer(2) 'x' is not bound",
  "too small":
    "[binding] kernel asks: buffer(7) 'sizes' has 4 bytes; the kernel wants 8",
  "misaligned":
    "[binding] kernel asks: buffer(2) 'x' is not aligned to 16 bytes",
  "without memory": "[binding] kernel asks: threadgroup(0) 'given' has no " +
    "memory",
  "odd memory": "24 bytes of threadgroup memory, not a multiple of 16",
  "much memory": "33792 bytes of threadgroup memory; there are 32768",
  "much memory with the kernel's own":
    "34816 bytes of threadgroup memory, 4096 of them declared in the kernel",
  "many threads": "33 x 32 x 1 threads in a threadgroup; there may be 1024",
  "no threads": "an empty grid or threadgroup",
  "empty grid": "an empty grid or threadgroup",
  "few threads": "",
  "more threads than the kernel allows":
    "129 x 1 x 1 threads in a threadgroup; there may be 128",
  "steps with a barrier": "",
  "steps that share what they read": "",
};

const folders: string[] = [];
async function build(checked: boolean): Promise<Program> {
  const folder = await Deno.makeTempDir();
  folders.push(folder);
  return await buildProgram(folder, {
    sources: ["fault_main.cpp"],
    kernels: ["faults.metal"],
    checked,
  });
}
let fast: Promise<Program> | undefined;
let checked: Promise<Program> | undefined;
const builds = {
  fast: () => fast ??= build(false),
  checked: () => checked ??= build(true),
};
Deno.test.afterAll(async () => {
  for (const folder of folders) await Deno.remove(folder, { recursive: true });
});

const text = await Deno.readTextFile(fixture("faults.metal"));

/** The kernels' names, and the lines of each that are marked. */
function faultyLines(): Map<string, number[]> {
  const lines = new Map<string, number[]>();
  let kernel: number[] = [];
  text.split("\n").forEach((line, index) => {
    const name = /^kernel void (\w+)\(/.exec(line)?.[1];
    if (name !== undefined) lines.set(name, kernel = []);
    if (line.endsWith("// FAULT")) kernel.push(index + 1);
  });
  return lines;
}
const LINES = faultyLines();

async function find(
  program: Program,
  name: string,
  { schedule = 0, threadgroups = 1 } = {},
): Promise<{ count: number; text: string }> {
  const output = await runProgram(program, [
    `${schedule}`,
    ...program.hashes,
    name,
    `${threadgroups}`,
  ]);
  const [first = "", ...rest] = output.split("\n");
  assertMatch(first, /^\d+$/, output);
  return { count: Number(first), text: rest.join("\n") };
}

async function compare(program: Program, name: string, schedule: number) {
  const threadgroups = THREADGROUPS[name] ?? 1;
  const options = { schedule, threadgroups };
  const faulty = [...LINES.keys()].find((kernel) =>
    kernel === `${name}_fault` || kernel === `${name}_race`
  );
  assert(faulty !== undefined, name);
  const found = await find(program, faulty, options);
  const lines = LINES.get(faulty)!.join("|");
  const place = new RegExp(
    `^\\[${KINDS[name]}\\] kernel ${faulty}, .*, at faults\\.metal:(${lines})$`,
    "m",
  );
  assert(found.count > 0, faulty);
  assertMatch(found.text, place, `schedule ${schedule}`);
  assertEquals(await find(program, `${name}_right`, options), {
    count: 0,
    text: "",
  });
}

for (const name of Object.keys(KINDS)) {
  test(`run() finds the fault of ${name} in a checked build`, async () => {
    const program = await builds.checked();
    for (const schedule of [0, 1, 2]) await compare(program, name, schedule);
  });
}

for (const name of ALWAYS) {
  test(`run() finds the fault of ${name} in a fast build`, async () => {
    const program = await builds.fast();
    for (const schedule of [0, 1]) await compare(program, name, schedule);
  });
}

for (const [name, wanted] of Object.entries(DISPATCHES)) {
  test(`run() says what is wrong with a dispatch: ${name}`, async () => {
    for (const build of [builds.fast, builds.checked]) {
      const { count, text } = await find(await build(), name);
      assertEquals(count > 0, wanted !== "", text);
      assertStringIncludes(text, wanted);
    }
  });
}

test("run() finds that two dispatches lack a memory barrier", async () => {
  const name = "steps without a barrier";
  const { text } = await find(await builds.checked(), name);
  assertMatch(
    text,
    /^\[race\] kernel second_step, .*: reads byte \d+ of buffer\(0\) 'y', written by an earlier dispatch: no memory barrier is between the dispatches, at faults\.metal:\d+$/m,
  );
});

test("run() finds that a kernel writes what the host does not expect", async () => {
  const name = "writes what the host declares as read";
  const { text } = await find(await builds.checked(), name);
  assertMatch(
    text,
    /^\[constant\] kernel asks, .*: writes buffer\(2\) 'x', .* declared by the host as only read, at faults\.metal:\d+$/m,
  );
});

test("run() says that a barrier is of the wrong kind", async () => {
  const { text } = await find(await builds.checked(), "order_fault");
  assertStringIncludes(text, "the barrier between them lacks mem_device");
});

test("every kernel with a fault is in the table", () => {
  const names = [...LINES.keys()].map((name) =>
    /^(\w+)_(?:fault|race)$/.exec(name)?.[1]
  ).filter((name) => name !== undefined);
  assertEquals(names.sort(), Object.keys(KINDS).sort());
});
