import type {
  CompareEvent,
  CompareResult,
  ReadEvent,
  Reading,
} from "./compare.ts";
import type { GenerateEvent } from "./generate_event.ts";
import { ResultGatherer, type RunState } from "./run_result.ts";

/** Gathers a comparison's events, column by column. */
export class CompareGatherer {
  readonly #columns: { gatherer: ResultGatherer; reading?: Reading }[];
  /** The record that the comparison is kept as. */
  id: number | undefined;
  /** The seed of all columns. */
  seed: number | undefined;

  constructor(columns: number) {
    this.#columns = Array.from({ length: columns }, () => ({
      gatherer: new ResultGatherer(),
    }));
  }

  /** Takes the next event. */
  add(told: CompareEvent): void {
    if (told.type === "begin") this.seed = told.seed;
    else if (told.type === "kept") this.id = told.id;
    else if (told.type === "column") this.#addTo(told.column, told.event);
  }

  /** What is known until now. */
  get results(): CompareResult[] {
    return this.#columns.map(({ gatherer: { result }, reading }) => ({
      ...result,
      ...(reading === undefined ? {} : { reading }),
    }));
  }

  /** Nothing more will come: what was not finished was stopped. */
  end(): CompareResult[] {
    for (const { gatherer } of this.#columns) gatherer.end();
    return this.results;
  }

  #addTo(index: number, event: GenerateEvent | ReadEvent): void {
    const column = this.#columns[index]!;
    if (event.type === "reading") {
      column.reading ??= { tokens: [] };
      column.reading.tokens.push(...event.tokens);
    } else if (event.type === "read") {
      const { type: _type, ...summary } = event;
      column.reading = { tokens: [], ...column.reading, ...summary };
      const { result } = column.gatherer;
      result.state = "done";
      result.tokens = column.reading.tokens.length;
    } else {
      column.gatherer.add(event);
    }
  }
}

/** How a comparison stands, from how its columns stand. */
export function stateOf(columns: readonly { state: RunState }[]): RunState {
  const states = new Set(columns.map(({ state }) => state));
  const order: RunState[] = ["running", "stopped", "done"];
  return order.find((state) => states.has(state)) ?? "failed";
}
