/** The simulated Metal device: right hosts pass, each fault is found. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { buildHost, type Outcome, runCase } from "./device/host.ts";
import { SIMULATED, test } from "./tools.ts";

// Both programs are built once, before the first test.
const FOLDER = await Deno.makeTempDir();
const PROGRAMS = {
  fast: await build({ checked: false }),
  checked: await build({ checked: true }),
};
globalThis.addEventListener("unload", () => {
  Deno.removeSync(FOLDER, { recursive: true });
});

type Mode = keyof typeof PROGRAMS;
const MODES: readonly Mode[] = ["fast", "checked"];

/** What a host leaves behind that gave everything back and had no fault. */
const CLEAN = { live: "0", unpooled: "0", unfinished: "0", findings: "0" };

/** Case → what it says besides {@linkcode CLEAN}. */
const RIGHT: Record<string, Record<string, string>> = {
  right: { status: "completed", values: "right", dispatches: "2" },
  serial: { status: "completed", values: "right", dispatches: "2" },
  barrier_of_resources: { status: "completed", values: "right" },
  in_flight: { status: "completed", values: "right", dispatches: "4" },
  handler: { values: "right" },
  polled: { values: "right" },
  blit: { status: "completed", values: "right", filled: "yes" },
  threadgroup_memory: { status: "completed", ends: "99 0" },
  function_constant: { status: "completed", cubes: "8 125" },
  many_threads: { status: "completed", values: "right" },
  no_copy: { contents: "the same", freed: "yes" },
  private_contents: { contents: "none" },
  uninitialised: { contents: "not a number" },
  huge_buffer: { buffer: "none" },
  description: {
    name: "Simulated Apple GPU",
    unified: "yes",
    apple7: "yes",
    mac2: "yes",
    most: "1024",
    threads: "1024",
    functions: "power reverse scale",
    devices: "1",
  },
};

/** Case → what Metal's checks say before they end the process. */
const MISUSES: Record<string, RegExp> = {
  missing_end: /^commit without endEncoding$/,
  dropped_encoder: /^an encoder is released without endEncoding$/,
  two_encoders: /^blitCommandEncoder while an encoder is open$/,
  end_twice: /^endEncoding after endEncoding$/,
  dispatch_after_end: /^a dispatch after endEncoding$/,
  encode_after_commit: /^computeCommandEncoder after commit$/,
  commit_twice: /^commit twice$/,
  wait_before_commit: /^waitUntilCompleted before commit$/,
  late_handler: /^addCompletedHandler after commit$/,
  wait_in_handler: /^a completed handler waits for a command buffer/,
  too_many_command_buffers: /^the queue has 64 command buffers/,
  released_in_flight: /^a buffer is released while a command buffer uses it/,
  oversize_bytes: /^setBytes: 5000 bytes; wanted 1 to 4096$/,
  index_beyond: /^setBuffer: index 31 is beyond 30$/,
  wrong_name: /^newComputePipelineStateWithFunction: nil$/,
  too_many_threads: /^1025 threads per threadgroup; scale allows 1024$/,
  empty_dispatch: /^a dispatch of nothing$/,
  missing_pipeline: /^a dispatch without a pipeline state$/,
  odd_threadgroup_memory: /^setThreadgroupMemoryLength: 20 is not a multiple/,
  odd_offset: /^setBuffer: offset 2 is not a multiple of 4$/,
  offset_beyond: /^setBuffer: offset 400 is beyond a buffer of 400$/,
  odd_fill: /^fillBuffer of 3 bytes at 0: wanted multiples of 4$/,
  copy_beyond: /^copyFromBuffer of 400 bytes at 4 of a buffer of 400$/,
  overlapping_copy: /^copyFromBuffer: the ranges overlap$/,
  empty_buffer: /^a buffer of no bytes$/,
  misaligned_no_copy: /^newBufferWithBytesNoCopy: .* not whole pages of 16 KB$/,
  odd_no_copy: /^newBufferWithBytesNoCopy: .* not whole pages of 16 KB$/,
};

/** Case → the error of its command buffer or call. */
const ERRORS: Record<string, RegExp> = {
  wrong_index: /kernel scale: buffer\(1\) 'factor' is not bound/,
  wrong_size: /buffer\(1\) 'factor' has 2 bytes; the kernel wants 4/,
  much_threadgroup_memory: /kernel scale: .* of threadgroup memory/,
  wrong_name_with_constants: /^Function scall was not found in the library$/,
  fast_math: /no fast math: set fastMathEnabled to NO/,
  other_source: /was built without this source/,
};

/** Case → the error that only instrumented kernels give. */
const CHECKED_ERRORS: Record<string, RegExp> = {
  missing_barrier: /\[race\] kernel scale, .* no memory barrier .*\.metal:7/,
  barrier_of_another: /\[race\] kernel scale, .* no memory barrier/,
  overrun: /\[bounds\] kernel scale, .* of which 396 bytes are bound/,
};

for (const [name, wanted] of Object.entries(RIGHT)) {
  each(
    `the simulated device finds nothing in the host "${name}"`,
    name,
    (it) =>
      assertEquals(part(it, { ...CLEAN, ...wanted }), { ...CLEAN, ...wanted }),
  );
}

for (const [name, wanted] of Object.entries(MISUSES)) {
  each(`the simulated device stops the host "${name}"`, name, (outcome) => {
    assertMatch(outcome.misuse, wanted);
    assertEquals(outcome.signal, "SIGABRT");
  });
}

for (const [name, wanted] of Object.entries(ERRORS)) {
  each(
    `the simulated device gives the host "${name}" an error`,
    name,
    (it) => assertMatch(it.said.error ?? "", wanted),
  );
}

for (const [name, wanted] of Object.entries(CHECKED_ERRORS)) {
  test(`the checked device finds the fault of "${name}"`, async () => {
    const { said } = await runCase(PROGRAMS.checked, name);
    assertEquals(said.status, "error");
    assertMatch(said.error ?? "", wanted);
    assert(Number(said.findings) > 0);
  });
}

for (const name of ["missing_wait", "missing_wait_with_handler"]) {
  each(`the host "${name}" reads old numbers every time`, name, ({ said }) => {
    assertEquals([said.values, said.unfinished], ["wrong", "1"]);
  });
}

each(
  "numbers that are written before the wait are too early",
  "written_in_flight",
  ({ said }) => assertEquals(said.values, "wrong"),
);

each("a buffer that is never released is counted", "leak", ({ said }) => {
  assertEquals([said.leaked, said.unpooled], ["yes", "0"]);
  // The buffer and its device.
  assertEquals(said.live, "2");
});

each(
  "what is autoreleased without a pool is counted",
  "missing_pool",
  (it) => assert(Number(it.said.unpooled) > 0),
);

each(
  "a write past a buffer's end stops the host",
  "host_overrun",
  (it) => assertEquals(it.signal, "SIGSEGV"),
);

test("simulator_profile_read() adds up what ran between start and stop", async () => {
  const profileOf = async (mode: Mode) => {
    const { said } = await runCase(PROGRAMS[mode], "profile");
    return JSON.parse(said.profile ?? "");
  };
  // Two dispatches of 100 threads in threadgroups of 64.
  const wanted = { kernel: "scale", dispatches: 2, waits: 2, threadgroups: 4 };
  const [fast] = await profileOf("fast");
  assertEquals(pick(fast, wanted), wanted);
  assertEquals([fast.threads, fast.bytesWritten, fast.flops], [200, 0, 0]);
  const [checked] = await profileOf("checked");
  assertEquals(pick(checked, wanted), wanted);
  // 100 numbers and a factor each time.
  assertEquals([checked.bytesRead, checked.bytesWritten], [808, 800]);
  assertEquals(checked.flops, 200);
});

/** Environment of the host "right" → the error that it meets. */
const SETTINGS: [Record<string, string>, RegExp][] = [
  [{ SIMULATOR_DEVICE: "none" }, /^no device$/],
  [{ SIMULATOR_BREAK_KERNEL: "reverse" }, /error: use of undeclared identifi/],
  [{ SIMULATOR_GPU_ERROR: "1" }, /GPU Timeout Error/],
  [{ SIMULATOR_WATCHDOG: "199" }, /GPU Timeout Error/],
  [{ SIMULATOR_WORKING_SET: "399" }, /Insufficient Memory/],
];

for (const [env, wanted] of SETTINGS) {
  const setting = Object.entries(env).flat().join("=");
  test(`${setting} is met as an error`, async () => {
    const { said } = await runCase(PROGRAMS.fast, "right", env);
    assertMatch(said.error ?? "", wanted);
    assert(said.values !== "right");
  });
}

test("limits that are just met are no errors", async () => {
  const { said } = await runCase(PROGRAMS.fast, "right", {
    SIMULATOR_BREAK_KERNEL: "another",
    SIMULATOR_GPU_ERROR: "2",
    SIMULATOR_WATCHDOG: "200",
    SIMULATOR_WORKING_SET: "400",
    SIMULATOR_SCHEDULE: "5",
  });
  assertEquals([said.status, said.values], ["completed", "right"]);
});

test("SIMULATOR_GPU_ERROR counts command buffers", async () => {
  const { said } = await runCase(PROGRAMS.fast, "in_flight", {
    SIMULATOR_GPU_ERROR: "3",
  });
  // One of four scalings is missing; the last command buffer is fine.
  assertEquals([said.status, said.values], ["completed", "wrong"]);
});

test("SIMULATOR_WRONG_KERNEL leaves results as they were", async () => {
  const env = { SIMULATOR_WRONG_KERNEL: "scale" };
  const { said } = await runCase(PROGRAMS.fast, "right", env);
  assertEquals([said.status, said.values], ["completed", "wrong"]);
});

test("SIMULATOR_MAX_THREADS lowers what pipelines allow", async () => {
  const env = { SIMULATOR_MAX_THREADS: "256" };
  const { said } = await runCase(PROGRAMS.fast, "description", env);
  assertEquals(said.threads, "256");
  const { misuse } = await runCase(PROGRAMS.fast, "many_threads", env);
  assertEquals(misuse, "512 threads per threadgroup; scale allows 256");
});

test("SIMULATOR_DEVICE=intel is no Apple GPU", async () => {
  const env = { SIMULATOR_DEVICE: "intel" };
  const { said } = await runCase(PROGRAMS.fast, "description", env);
  assertEquals([said.unified, said.apple7, said.mac2], ["no", "no", "yes"]);
});

test("a value that is no number is told", async () => {
  const env = { SIMULATOR_WORKING_SET: "much" };
  const { misuse } = await runCase(PROGRAMS.fast, "right", env);
  assertEquals(misuse, "SIMULATOR_WORKING_SET=much is not a number");
});

function build({ checked }: { checked: boolean }): Promise<string> | string {
  if (SIMULATED.ignore) return "";
  const mode = checked ? "checked" : "fast";
  return buildHost(`${FOLDER}/${mode}`, { checked });
}

/** A test that runs a case in both builds. */
function each(title: string, name: string, check: (outcome: Outcome) => void) {
  test(title, async () => {
    for (const mode of MODES) check(await runCase(PROGRAMS[mode], name));
  });
}

function part(outcome: Outcome, wanted: Record<string, string>) {
  assertEquals([outcome.misuse, outcome.signal], ["", null]);
  return pick(outcome.said, wanted);
}

function pick(all: Record<string, unknown>, wanted: Record<string, unknown>) {
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, all[key]]));
}
