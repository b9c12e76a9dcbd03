import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { listDevices } from "../../lib/native/device.ts";
import { tellUntested } from "../../lib/tasks/gpu.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** It computes nothing, so it passes wherever it may run. */
const QUICK = "tests/api/api_error_test.ts";

Deno.test("test --gpu runs on a GPU or says why not, never on something else", async () => {
  const { available, reason } = listDevices().find(({ name }) =>
    name === "metal"
  )!;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "test", "--gpu", QUICK],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, available ? 0 : 1);
  if (available) {
    assertStringIncludes(decoder.decode(stdout), " passed | 0 failed");
  } else {
    assertStringIncludes(
      decoder.decode(stderr),
      `error: Cannot test on the GPU: ${reason}.\n`,
    );
  }
});

Deno.test("tellUntested() tells GitHub in its own way", () => {
  const lines: string[] = [];
  const { log, error } = console;
  const before = Deno.env.get("GITHUB_ACTIONS");
  console.log = console.error = (line: string) => void lines.push(line);
  try {
    Deno.env.set("GITHUB_ACTIONS", "true");
    tellUntested("it is virtual");
  } finally {
    Object.assign(console, { log, error });
    if (before === undefined) Deno.env.delete("GITHUB_ACTIONS");
    else Deno.env.set("GITHUB_ACTIONS", before);
  }
  assertEquals(lines, [
    "warning: nothing was tested on a GPU: it is virtual",
    "::warning title=Nothing was tested on a GPU::it is virtual",
  ]);
});
