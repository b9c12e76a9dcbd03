import type { TrainingOptions } from "../../../lib/api/training_options.ts";
import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { define } from "../../../lib/web/define.ts";
import { readJsonBody } from "../../../lib/web/read_body.ts";
import { MAX_OPTIONS_BYTES } from "../../../lib/web/training/limits.ts";

const HEADERS = { "cache-control": "no-store" };

/**
 * `GET /api/train`: the runs, as `TrainingRun[]`. `POST`: starts one from
 * `TrainingOptions`, whose paths are the server's; the answer is its
 * `TrainingRun`.
 */
export const handler = define.handlers(async ({ req, state }) => {
  allowMethods(req, "GET", "POST");
  if (req.method !== "POST") {
    return Response.json(await state.runs.list(), { headers: HEADERS });
  }
  const options = await readJsonBody(req, {
    limit: MAX_OPTIONS_BYTES,
    field: "options",
  });
  const run = await state.runs.start(options as TrainingOptions);
  return Response.json(run, {
    status: 201,
    headers: { ...HEADERS, location: `/api/train/${run.id}` },
  });
});
