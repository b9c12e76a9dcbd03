import { allowMethods } from "../../../../lib/web/allow_methods.ts";
import { exportBenchmark } from "../../../../lib/web/benchmark/export_benchmark.ts";
import { findBenchmark } from "../../../../lib/web/benchmark/find_benchmark.ts";
import { define } from "../../../../lib/web/define.ts";

/**
 * `GET /api/benchmark/<id>`: all of a benchmark, as a `BenchmarkRun`;
 * `?format=csv`, `json`, `md` or `svg` makes a file of it. `with` names others
 * to be drawn beside it.
 */
export const handler = define.handlers(({ req, url, params, state }) => {
  allowMethods(req, "GET");
  const run = findBenchmark(params.id!, state);
  const format = url.searchParams.get("format");
  if (format !== null) {
    const beside = url.searchParams.getAll("with")
      .map((id) => findBenchmark(id, state));
    return exportBenchmark([run, ...beside], format, state.benchmarks);
  }
  return Response.json(run, { headers: { "cache-control": "no-store" } });
});
