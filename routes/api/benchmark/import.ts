import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { MAX_IMPORT_BYTES } from "../../../lib/web/benchmark/limits.ts";
import { define } from "../../../lib/web/define.ts";
import { readBody } from "../../../lib/web/read_body.ts";

/**
 * `POST /api/benchmark/import`: takes what `llama-bench -o json` (or jsonl)
 * wrote as a benchmark to compare with. The answer is its `BenchmarkRun`.
 */
export const handler = define.handlers(async ({ req, state }) => {
  allowMethods(req, "POST");
  const text = await readBody(req, {
    contentType: "application/json",
    limit: MAX_IMPORT_BYTES,
    field: "results",
  });
  const run = state.benchmarks.import(text);
  return Response.json(run, {
    status: 201,
    headers: {
      "cache-control": "no-store",
      location: `/api/benchmark/${run.id}`,
    },
  });
});
