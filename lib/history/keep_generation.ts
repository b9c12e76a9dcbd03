import { toApiError } from "../api/api_error.ts";
import type { GenerateEvent } from "../api/generate_event.ts";
import type { GenerateRequest } from "../api/generate_request.ts";
import type { PlaygroundRecord } from "../api/history.ts";
import { emptyResult, ResultGatherer } from "../api/run_result.ts";
import type { RecordKeeper } from "./record_keeper.ts";

/** Passes a generation's events on and keeps them, however it ends. */
export async function* keepGeneration(
  keeper: RecordKeeper,
  request: GenerateRequest,
  events: AsyncIterable<GenerateEvent>,
): AsyncGenerator<GenerateEvent, void, undefined> {
  const gatherer = new ResultGatherer();
  const { result } = gatherer;
  const body = (): PlaygroundRecord => ({
    request: {
      ...request,
      ...(result.seed === undefined ? {} : { seed: result.seed }),
    },
    result,
  });
  const models = () => [result.model ?? request.model ?? ""];
  try {
    for await (const event of events) {
      gatherer.add(event);
      // Not before: a request that is refused is no run.
      if (event.type === "start") {
        keeper.begin({
          kind: "playground",
          title: request.prompt,
          models: models(),
          body: { ...body(), result: emptyResult() },
        });
      }
      yield event;
    }
  } catch (error) {
    const told = toApiError(error);
    // The reader, or the server's own end, stopped it.
    if (!["aborted", "closed"].includes(told.code)) gatherer.fail(told);
    throw error;
  } finally {
    keeper.end({ models: models(), state: gatherer.end().state, body: body() });
  }
}
