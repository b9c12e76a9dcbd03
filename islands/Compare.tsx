import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ColumnChoices } from "../lib/web/compare/column_controls.tsx";
import { CompareActions } from "../lib/web/compare/compare_actions.tsx";
import {
  type CompareProps,
  CompareState,
} from "../lib/web/compare/compare_state.ts";
import { PromptField } from "../lib/web/compare/prompt_field.tsx";
import { ResultsPanel } from "../lib/web/compare/results_panel.tsx";
import { TallyCard } from "../lib/web/compare/vote_bar.tsx";
import { KeepField } from "../lib/web/history/keep_field.tsx";
import { listenToKeys } from "../lib/web/listen_to_keys.ts";
import { resetValues } from "../lib/web/playground/form_values.ts";
import { SettingsPanel } from "../lib/web/playground/settings_panel.tsx";

/** Models side by side: a form that works by itself, and streams where scripts run. */
export default function Compare(props: CompareProps) {
  const { models } = props;
  const state = useMemo(() => new CompareState(props), []);
  const { run } = state;
  const values = state.values.value;
  const { shared } = values;
  const awake = useLife(state);

  return (
    <form
      class="playground compare"
      method="post"
      action="/compare"
      data-awake={awake.value || undefined}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        state.submit();
      }}
    >
      {run.id.value !== undefined && (
        <input type="hidden" name="run" value={run.id.value} />
      )}
      <div class="compose">
        <PromptField state={state} />
        <ColumnChoices state={state} models={models} />
        <CompareActions
          run={run}
          mode={values.mode}
          possible={models.length > 0}
          onMode={(mode) => state.change({ mode })}
        />
        <KeepField
          history={props.history}
          keep={shared.keep}
          onChange={(keep) => state.changeShared({ keep })}
        />
      </div>
      <ResultsPanel run={run} history={props.history} values={values} />
      <SettingsPanel
        values={shared}
        problem={run.problem.value}
        lastSeed={run.request.value?.seed}
        onChange={(changed) => state.changeShared(changed)}
        onReset={() => state.changeShared(resetValues(shared))}
      />
      <TallyCard rows={run.tally.value} />
    </form>
  );
}

/** What the page does by itself; returns whether its scripts run. */
function useLife(state: CompareState): Signal<boolean> {
  const { run } = state;
  const awake = useSignal(false);
  useSignalEffect(() => state.keepForm());
  useEffect(() => {
    const wrong = state.wrong.value;
    if (wrong !== undefined) document.getElementById(wrong)?.focus();
  }, [run.problem.value]);
  useEffect(() => {
    awake.value = true;
    // What the address gave is in the form now, and kept with it.
    if (location.search !== "") history.replaceState(null, "", "/compare");
    return listenToKeys({
      submit: () => state.submit(),
      stop: () => run.stop(),
      leave: () => state.leave(),
    });
  }, []);
  return awake;
}
