import { parseBenchmarkRequest } from "../../../lib/api/benchmark_request.ts";
import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { MAX_OPTIONS_BYTES } from "../../../lib/web/benchmark/limits.ts";
import { define } from "../../../lib/web/define.ts";
import { readJsonBody } from "../../../lib/web/read_body.ts";

/**
 * `POST /api/benchmark`: starts a benchmark from a `BenchmarkRequest`, of
 * which everything but `models` or `shapes` may be left out. The answer is its
 * `BenchmarkRun`. One is at work at a time.
 */
export const handler = define.handlers(async ({ req, state }) => {
  allowMethods(req, "POST");
  const json = await readJsonBody(req, {
    limit: MAX_OPTIONS_BYTES,
    field: "options",
  });
  const run = await state.benchmarks.start(parseBenchmarkRequest(json));
  return Response.json(run, {
    status: 201,
    headers: {
      "cache-control": "no-store",
      location: `/api/benchmark/${run.id}`,
    },
  });
});
