/** Which GPU the library takes, of what a Mac may have. */
import { assertEquals } from "@std/assert";
import { buildSimulator } from "../../lib/simulator/build_library.ts";
import { runCli } from "../cli/cli_process.ts";
import { test } from "./tools.ts";

/** `SIMULATOR_DEVICE` → why there is none; empty if there is one. */
const REASONS: Record<string, string> = {
  "": "",
  // A process without windows has no default device.
  listed: "",
  // In a sandbox there may be no list.
  unlisted: "",
  none: "there is no Metal device",
  intel: "Simulated Intel GPU is not an Apple GPU (M1 or newer)",
};

test("the library takes an Apple GPU, however it is found", async () => {
  const { path } = await buildSimulator({ checked: false });
  const found: Record<string, string> = {};
  for (const device of Object.keys(REASONS)) {
    const { stdout } = await runCli(["doctor", "--json"], {
      env: {
        MAMBA_LIBRARY: path,
        MAMBA_SELF_TEST: "off",
        SIMULATOR_DEVICE: device,
      },
    });
    const [metal] = JSON.parse(stdout).devices;
    assertEquals(metal.available, metal.reason === "");
    found[device] = metal.reason;
  }
  assertEquals(found, REASONS);
});
