import { DEVICE_NAMES } from "../api/device_info.ts";
import type { DeviceTest } from "../native/self_test.ts";
import { diagnose, type Diagnosis } from "./diagnose.ts";
import { alignColumns, formatBytes, formatCount, toJson } from "./format.ts";
import type { Terminal } from "./terminal.ts";
import { defineVerb } from "./verb.ts";

/** `doctor`: what this machine has, and what is missing. */
export const doctor = defineVerb({
  name: "doctor",
  summary: "Say what works on this machine and what does not",
  positionals: {},
  flags: { json: { type: "boolean", description: "print JSON" } },
  details: ["The exit code is 1 if no device can compute."],
  examples: ["doctor", "doctor --json"],
  async run({ flags, terminal }) {
    const diagnosis = await diagnose();
    await terminal.write(
      flags.json ? toJson(diagnosis) : report(diagnosis, terminal),
    );
    return diagnosis.devices.some(({ available }) => available) ? 0 : 1;
  },
});

function report(diagnosis: Diagnosis, terminal: Terminal): string {
  const sections: [string, string[]][] = [
    ["Versions", versions(diagnosis)],
    ["Native library", library(diagnosis)],
    ["Devices", devices(diagnosis)],
    ["Permissions", permissions(diagnosis)],
    ["Directories", directories(diagnosis)],
    ["Models", models(diagnosis)],
    ["For building and testing", tools(diagnosis)],
  ];
  return sections.map(([title, lines]) =>
    [terminal.style("bold", title), ...lines.map((line) => `  ${line}`), ""]
      .join("\n")
  ).join("\n");
}

function versions({ versions, system }: Diagnosis): string[] {
  const kind = system.standalone ? ", one executable" : "";
  return alignColumns([
    ["Fresh Mamba", versions.freshMamba + kind],
    ["Deno", versions.deno],
    ["V8", versions.v8],
    ["TypeScript", versions.typescript],
    ["system", `${system.os} ${system.arch}`],
  ]);
}

function library({ library }: Diagnosis): string[] {
  if (library.error === undefined) {
    return [`${library.path}, ABI version ${library.abiVersion}`];
  }
  return [library.error, ...(library.hint === undefined ? [] : [library.hint])];
}

function devices({ devices, devicesError }: Diagnosis): string[] {
  if (devicesError !== undefined) return ["none without the library"];
  return devices.flatMap((device) => [
    ...alignColumns([[
      device.available ? "✓" : "✗",
      device.name.padEnd(NAME_WIDTH),
      device.available ? device.description : device.reason,
    ]]),
    ...selfTest(device.test).map((line) => `    ${line}`),
  ]);
}

/** The widest name of a device. */
const NAME_WIDTH = Math.max(...DEVICE_NAMES.map(({ length }) => length));

/** The parts of a GPU's self-test; only those that failed if any did. */
function selfTest(test: DeviceTest | undefined): string[] {
  if (test === undefined) return [];
  const failed = test.checks.filter(({ passed }) => !passed);
  const shown = failed.length > 0 ? failed : test.checks;
  return [
    `self-test of ${test.at.slice(0, 10)}: ${
      failed.length === 0
        ? "passed"
        : `${failed.length} of ${test.checks.length} parts failed`
    }`,
    ...alignColumns(shown.map(({ passed, name, detail }) => [
      passed ? "✓" : "✗",
      name,
      detail,
    ])),
  ];
}

function permissions({ permissions }: Diagnosis): string[] {
  return alignColumns(permissions.map(({ name, state, purpose, required }) => {
    if (state === "granted") return ["✓", name, purpose];
    return required
      ? ["✗", name, `not granted, but needed for ${purpose}`]
      : ["–", name, `not granted to this verb; it is for ${purpose}`];
  }));
}

function directories({ directories }: Diagnosis): string[] {
  return alignColumns([
    ...directories.models.map((path) => ["models", path]),
    ...(directories.models.length === 0
      ? [["models", "none: make models/ or set MAMBA_MODELS"]]
      : []),
    ["data", directories.data ?? "unknown: no permission to ask for it"],
    [
      "downloads",
      directories.downloads ?? "unknown: no permission to ask for it",
    ],
  ]);
}

function models({ models }: Diagnosis): string[] {
  if (models.length === 0) return ["none"];
  return alignColumns(models.map((model) =>
    model.error === undefined
      ? [
        "✓",
        model.id,
        `${formatCount(model.parameters)} parameters, ${model.dtype}, ${
          formatBytes(model.bytes)
        }${model.trained ? "" : ", untrained"}${
          model.hasTokenizer ? "" : ", no tokenizer"
        }`,
      ]
      : ["✗", model.id, model.error]
  ));
}

function tools({ tools, fresh }: Diagnosis): string[] {
  return alignColumns([
    ["C++ compiler", tools.compiler ?? "none found on PATH"],
    ["Chromium", tools.chromium ?? "none found; the browser tests need it"],
    ["Fresh", fresh === undefined ? "not installed yet" : `from ${fresh}`],
  ]);
}
