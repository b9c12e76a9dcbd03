import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  DEFAULT_SAMPLING,
  SAMPLING_RANGES,
} from "../../lib/api/sampling_options.ts";
import { NUMBER_FIELDS } from "../../lib/web/playground/fields.ts";
import {
  changedNames,
  defaultValues,
  type FormValues,
  requestFromValues,
  resetValues,
  valuesFromFields,
  valuesFromStored,
} from "../../lib/web/playground/form_values.ts";
import { messageOf } from "../../lib/web/playground/problem_text.ts";
import { toProblem } from "../../lib/web/request_error.ts";

function values(given: Partial<FormValues> = {}): FormValues {
  return { ...defaultValues("a"), prompt: "Hello", ...given };
}

Deno.test("defaultValues() are the engine's own defaults", () => {
  const { model: _model, prompt: _prompt, ...sampling } = requestFromValues(
    values(),
  );
  for (const [name, value] of Object.entries(sampling)) {
    assertEquals(value, DEFAULT_SAMPLING[name as "topK"], name);
  }
});

Deno.test("every slider lies within the allowed range and meets the default", () => {
  for (const { name, slider } of NUMBER_FIELDS) {
    const { min, max } = SAMPLING_RANGES[name];
    const value = DEFAULT_SAMPLING[name];
    const steps = (value - slider.min) / slider.step;
    assertEquals(slider.min >= min && slider.max <= max, true, name);
    assertEquals(value >= slider.min && value <= slider.max, true, name);
    assertEquals(Math.abs(steps - Math.round(steps)) < 1e-9, true, name);
  }
});

Deno.test("requestFromValues() reads stop strings, the seed and the checkbox", () => {
  const request = requestFromValues(
    values({ stop: "END\n\n\\n\\\\", seed: " 42 ", ignoreEos: true }),
  );
  assertEquals(request.stop, ["END", "\n\\"]);
  assertEquals(request.seed, 42);
  assertEquals(request.ignoreEos, true);
  assertEquals(Object.hasOwn(requestFromValues(values()), "seed"), false);
});

Deno.test("requestFromValues() names the control that is wrong", () => {
  const cases: Partial<FormValues>[] = [
    { prompt: "" },
    { maxTokens: "" },
    { maxTokens: "1.5" },
    { topP: "2" },
    { temperature: "warm" },
    { seed: "-1" },
    { stop: "x".repeat(300) },
  ];
  for (const wrong of cases) {
    const error = assertThrows(() => requestFromValues(values(wrong)));
    assertInstanceOf(error, MambaError);
    assertEquals(error.field, Object.keys(wrong)[0]);
  }
});

Deno.test("messageOf() uses the words of the page", () => {
  const error = assertThrows(() => requestFromValues(values({ topP: "2" })));
  assertStringIncludes(messageOf(toProblem(error)), "Cannot use Top-p: 2");
});

Deno.test("resetValues() keeps the model and the prompt", () => {
  const changed = values({ topK: "3", stop: "END", ignoreEos: true });
  assertEquals(changedNames(changed).sort(), ["ignoreEos", "stop", "topK"]);
  assertEquals(resetValues(changed), values());
  assertEquals(changedNames(values()), []);
});

Deno.test("valuesFromFields() reads a form over the defaults", () => {
  const fields = new URLSearchParams({
    topK: "7",
    ignoreEos: "on",
    other: "x",
  });
  assertEquals(
    valuesFromFields(fields, values()),
    values({ topK: "7", ignoreEos: true }),
  );
});

Deno.test("valuesFromStored() takes only what fits", () => {
  const stored = { topK: "7", seed: 5, ignoreEos: "yes", other: "x" };
  assertEquals(valuesFromStored(stored, values()), values({ topK: "7" }));
  assertEquals(valuesFromStored(null, values()), values());
  assertEquals(valuesFromStored("text", values()), values());
});
