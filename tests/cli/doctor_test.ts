import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../lib/config.ts";
import { runCli } from "./cli_process.ts";
import { runMain } from "./fake_terminal.ts";

Deno.test("doctor tells what this machine has", async () => {
  const { code, out } = await runMain(["doctor"]);
  assertEquals(code, 0);
  for (
    const title of ["Versions", "Native library", "Devices", "Permissions"]
  ) {
    assertMatch(out, new RegExp(`^${title}$`, "m"));
  }
  assertMatch(out, /^ {2}✓ {2}cpu /m);
});

Deno.test("doctor says why a device is missing", async () => {
  const { out } = await runMain(["doctor", "--json"]);
  const { devices, versions, library, permissions } = JSON.parse(out);
  assertEquals(versions.freshMamba, VERSION);
  assertEquals(library.abiVersion, 1);
  for (const { available, reason } of devices) {
    assertEquals(available, reason === "");
  }
  assert(permissions.some(({ name }: { name: string }) => name === "ffi"));
});

Deno.test("doctor fails and says why where there is no library", async () => {
  const { code, stdout } = await runCli(["doctor"], {
    env: { MAMBA_LIBRARY: "/nowhere/libmamba.so" },
  });
  assertEquals(code, 1);
  assertMatch(stdout, /Cannot open \/nowhere\/libmamba\.so/);
});

Deno.test("doctor says which permission is missing", async () => {
  const { code, stdout, stderr } = await runCli(["doctor"], {
    permissions: ["--no-prompt", "--allow-read", "--allow-env"],
  });
  assertEquals(code, 1, stderr);
  assertMatch(stdout, /✗ {2}ffi .*not granted/);
});

Deno.test("doctor lists a broken model with its error", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/broken`);
    await Deno.writeTextFile(`${folder}/broken/config.json`, "{}");
    await Deno.writeTextFile(`${folder}/broken/model.safetensors`, "");
    const { code, stdout } = await runCli(["doctor"], {
      env: { MAMBA_MODELS: folder },
    });
    assertEquals(code, 0);
    assertMatch(stdout, /✗ {2}broken +Cannot .*/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
