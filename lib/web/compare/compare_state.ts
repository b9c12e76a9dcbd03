import { computed, type Signal, signal } from "@preact/signals";
import type { CompareRecord, CompareRequest } from "../../api/compare.ts";
import type { HistoryStatus, TallyRow } from "../../api/history.ts";
import type { ModelInfo } from "../../api/model_info.ts";
import type { FormValues } from "../playground/form_values.ts";
import { loadStored, saveStored } from "../playground/storage.ts";
import { type Problem, toProblem } from "../request_error.ts";
import { CompareRun } from "./compare_run.ts";
import {
  type ColumnValues,
  compareFromFields,
  type CompareValues,
  controlOf,
  fieldsFromCompare,
  requestFromCompare,
} from "./compare_values.ts";

/** What the server gives the page. */
export interface CompareProps {
  models: ModelInfo[];
  history: HistoryStatus;
  tally: TallyRow[];
  values: CompareValues;
  /** Whether the address or a posted form gave the values. */
  given: boolean;
  /** A comparison that is over. */
  shown?: CompareRecord | undefined;
  /** The record of what is shown. */
  id?: number | undefined;
  /** Why it is not kept. */
  unkept?: Problem | undefined;
  /** Why there is none. */
  problem?: Problem | undefined;
}

const FORM = "compare";
const RUN = "compare-run";

/** The form and the run of the page of comparisons. */
export class CompareState {
  readonly run = new CompareRun();
  readonly values: Signal<CompareValues>;
  /** The id of the control that is wrong. */
  readonly wrong: Signal<string | undefined>;

  constructor(props: CompareProps) {
    this.values = signal(props.values);
    this.wrong = computed(() => {
      const field = this.run.problem.value?.field;
      return field && controlOf(field, this.values.value);
    });
    this.run.tally.value = props.tally;
    if (props.shown !== undefined) this.run.show(props.shown, props.id);
    this.run.unkept.value = props.unkept;
    this.run.problem.value = props.problem;
    if (typeof document !== "undefined" && !props.given) this.#recall();
  }

  /** Changes what stands in the form. */
  change(changed: Partial<CompareValues>): void {
    this.values.value = { ...this.values.value, ...changed };
  }

  /** Changes what is the same for all columns. */
  changeShared(changed: Partial<FormValues>): void {
    this.change({ shared: { ...this.values.value.shared, ...changed } });
  }

  /** Changes the controls of one column. */
  changeColumn(at: number, changed: Partial<ColumnValues>): void {
    this.change({
      columns: this.values.value.columns.map((column, index) =>
        index === at ? { ...column, ...changed } : column
      ),
    });
  }

  /** Runs what stands in the form, if nothing runs. */
  submit(): void {
    const { run, values } = this;
    if (run.running.value) return;
    let request: CompareRequest;
    try {
      request = requestFromCompare(values.value);
    } catch (error) {
      run.fail(toProblem(error));
      return;
    }
    void run.start(request, { keep: values.value.shared.keep });
  }

  /** Keeps the form for the next time that this tab loads the page. */
  keepForm(): void {
    saveStored(FORM, String(fieldsFromCompare(this.values.value)));
  }

  /** Ends the run, and keeps what it has come to for this tab. */
  leave(): void {
    const { run } = this;
    run.stop();
    saveStored(RUN, { record: run.record(), id: run.id.value });
  }

  /** The form and the run as this tab last had them. */
  #recall(): void {
    const fields = loadStored(FORM);
    if (typeof fields === "string") {
      const kept = new URLSearchParams(fields);
      this.values.value = compareFromFields(kept, this.values.value);
    }
    const kept = loadStored(RUN) as
      | { record?: CompareRecord; id?: number }
      | undefined;
    if (kept?.record !== undefined) this.run.show(kept.record, kept.id);
  }
}
