import { assertEquals, assertThrows } from "@std/assert";
import { MambaError } from "../../lib/api/mamba_error.ts";
import {
  compareFromFields,
  compareFromRequest,
  type CompareValues,
  controlOf,
  defaultCompare,
  fieldsFromCompare,
  requestFromCompare,
} from "../../lib/web/compare/compare_values.ts";
import { modelInfo } from "./fake_engine.ts";

const MODELS = [
  modelInfo({ id: "broken", error: "Cannot read it" }),
  modelInfo({ id: "mute", hasTokenizer: false }),
  modelInfo({ id: "one" }),
  modelInfo({ id: "two" }),
];

function changed(change: (values: CompareValues) => void): CompareValues {
  const values = structuredClone(defaultCompare(MODELS));
  values.shared.prompt = "Once";
  change(values);
  return values;
}

const FULL = changed(({ shared, columns }) => {
  Object.assign(shared, { seed: "7", stop: "END\n\\n\\n", ignoreEos: true });
  shared.topK = "9";
  Object.assign(columns[0]!, { dtype: "f16", device: "cpu", topP: "0.5" });
  columns[3]!.model = "one";
  columns[3]!.temperature = "0";
});

Deno.test("defaultCompare() takes the first models that can write", () => {
  const models = (list: typeof MODELS) =>
    defaultCompare(list).columns.map(({ model }) => model);
  assertEquals(models(MODELS), ["one", "two", "", ""]);
  assertEquals(models(MODELS.slice(0, 3)), ["one", "one", "", ""]);
  assertEquals(models([]), ["", "", "", ""]);
});

Deno.test("requestFromCompare() gives the columns that have a model", () => {
  const request = requestFromCompare(FULL);
  assertEquals(request.columns, [
    { model: "one", dtype: "f16", device: "cpu", sampling: { topP: 0.5 } },
    { model: "two" },
    { model: "one", sampling: { temperature: 0 } },
  ]);
  assertEquals([request.seed, request.topK], [7, 9]);
  assertEquals(request.stop, ["END", "\n\n"]);
  assertEquals(request.mode, undefined);
  assertEquals(
    requestFromCompare(changed((values) => values.mode = "read")).mode,
    "read",
  );
});

Deno.test("an address and a request lead back to the form they came from", () => {
  const defaults = defaultCompare(MODELS);
  const query = fieldsFromCompare(FULL);
  assertEquals(compareFromFields(query, defaults), FULL);
  // What is as by default makes an address no longer.
  assertEquals(query.has("maxTokens"), false);
  const request = requestFromCompare(FULL);
  const again = compareFromRequest(request, defaults);
  assertEquals(requestFromCompare(again), request);
  const unkept = changed(({ shared }) => shared.keep = false);
  const fields = fieldsFromCompare(unkept);
  assertEquals(compareFromFields(fields, defaults).shared.keep, false);
});

Deno.test("controlOf() finds the control that is wrong, past empty columns", () => {
  const values = changed(({ columns }) => {
    columns[1]!.model = "";
    columns[2]!.model = "one";
    columns[2]!.topK = "-3";
  });
  const { field } = assertThrows(() => requestFromCompare(values), MambaError);
  assertEquals(field, "columns[1].topK");
  assertEquals(controlOf(field!, values), "topK3");
  assertEquals(controlOf("topP", values), "topP");
  const few = changed(({ columns }) => columns[1]!.model = "");
  const error = assertThrows(() => requestFromCompare(few), MambaError);
  assertEquals(controlOf(error.field!, few), "model2");
  const words = changed(({ columns }) => columns[0]!.seed = "many");
  assertThrows(() => requestFromCompare(words), MambaError, "not a number");
});
