import { page } from "fresh";
import Benchmark from "../islands/Benchmark.tsx";
import { invalidArgument } from "../lib/api/invalid_argument.ts";
import { BenchmarkForm } from "../lib/web/benchmark/benchmark_form.tsx";
import {
  BenchmarkList,
  ImportForm,
} from "../lib/web/benchmark/benchmark_list.tsx";
import {
  requestFromValues,
  valuesFromFields,
} from "../lib/web/benchmark/benchmark_values.ts";
import { MAX_IMPORT_BYTES } from "../lib/web/benchmark/limits.ts";
import {
  type BenchmarkPage,
  benchmarkPage,
} from "../lib/web/benchmark/page_data.ts";
import { define, type State } from "../lib/web/define.ts";
import { logError } from "../lib/web/log_error.ts";
import { readFormBody } from "../lib/web/read_body.ts";
import {
  type Problem,
  statusOfProblem,
  toProblem,
} from "../lib/web/request_error.ts";
import { checkSameOrigin } from "../lib/web/same_origin.ts";

/** `GET` shows a benchmark and the form; `POST` does what a button says. */
export const handler = define.handlers<BenchmarkPage>({
  async GET({ url, state }) {
    const data = await benchmarkPage(url.searchParams, state);
    return page(data, { status: data.missing === undefined ? 200 : 404 });
  },

  async POST(ctx) {
    const { req, url, state } = ctx;
    let fields = new URLSearchParams();
    try {
      checkSameOrigin(req);
      fields = await readFormBody(req, {
        limit: MAX_IMPORT_BYTES,
        field: "results",
      });
      const id = await act(fields, url.searchParams.get("run"), state);
      return ctx.redirect(`/benchmark?run=${id}`, 303);
    } catch (error) {
      logError(req, error);
      const data = await benchmarkPage(url.searchParams, state);
      return page({ ...data, ...refused(fields, toProblem(error)) }, {
        status: statusOfProblem(error),
      });
    }
  },
});

/** A benchmark, the form of the next one, and the earlier ones. */
export default define.page<typeof handler>(function BenchmarkRoute({ data }) {
  const { runs, missing, unkept, importProblem, training } = data;
  const [run, ...beside] = runs;
  return (
    <>
      <div class="page-head">
        <h1>Benchmark</h1>
        <p class="lead">
          How fast models read and write on this machine, beside what it reaches
          at most.
        </p>
      </div>
      <div class="training">
        {missing !== undefined && (
          <div class="alert" role="alert">
            <strong>{missing.message}</strong>
            {missing.hint !== undefined && <span>{missing.hint}</span>}
          </div>
        )}
        {unkept !== undefined && (
          <p class="notice">
            <strong>{unkept.message}.</strong>
            <span>Benchmarks go on, but are not kept. {unkept.hint}</span>
          </p>
        )}
        {training && (
          <p class="notice">
            <strong>A model is being trained.</strong>
            <span>
              What is measured meanwhile is too slow: stop the training first.
            </span>
          </p>
        )}
        {run !== undefined && (
          <Benchmark key={run.id} run={run} beside={beside} />
        )}
        <BenchmarkForm {...data} />
        <BenchmarkList
          entries={data.entries}
          on={data.on}
          shown={runs.map(({ id }) =>
            id
          )}
        />
        <ImportForm problem={importProblem} />
      </div>
    </>
  );
});

/** Does what a button says; returns the run to show then. */
async function act(
  fields: URLSearchParams,
  run: string | null,
  { benchmarks }: State,
): Promise<string> {
  const action = fields.get("action");
  if (action === "import") {
    return benchmarks.import(fields.get("results") ?? "").id;
  }
  if (action === "stop" && run !== null) return benchmarks.stop(run).id;
  if (action !== "start") {
    throw invalidArgument("action", "there is no such button");
  }
  return (await benchmarks.start(requestFromValues(valuesFromFields(fields))))
    .id;
}

/** The form as it was sent, with what is wrong where it belongs. */
function refused(
  fields: URLSearchParams,
  problem: Problem,
): Partial<BenchmarkPage> {
  if (fields.get("action") === "import") return { importProblem: problem };
  return fields.get("action") === "start"
    ? { problem: placed(problem), values: valuesFromFields(fields) }
    : { problem };
}

/** A model that is not there belongs to the list of models. */
function placed(problem: Problem): Problem {
  return problem.field === "model" ? { ...problem, field: "models" } : problem;
}
