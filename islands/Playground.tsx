import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { GenerateRequest } from "../lib/api/generate_request.ts";
import type { HistoryStatus } from "../lib/api/history.ts";
import type { ModelInfo } from "../lib/api/model_info.ts";
import { listenToKeys } from "../lib/web/listen_to_keys.ts";
import { ComposePanel } from "../lib/web/playground/compose_panel.tsx";
import {
  type FormValues,
  requestFromValues,
  resetValues,
} from "../lib/web/playground/form_values.ts";
import { OutputPanel } from "../lib/web/playground/output_panel.tsx";
import { Run } from "../lib/web/playground/run.ts";
import type { RunStart } from "../lib/web/playground/run_view.ts";
import { SettingsPanel } from "../lib/web/playground/settings_panel.tsx";
import { loadValues, saveValues } from "../lib/web/playground/storage.ts";
import { toProblem } from "../lib/web/request_error.ts";

/** What the server gives the playground. */
export interface PlaygroundProps {
  models: ModelInfo[];
  /** The device that models run on, in words. */
  device: string;
  history: HistoryStatus;
  values: FormValues;
  /** Whether the address or a posted form gave the values. */
  given: boolean;
  /** What a posted form was answered with. */
  shown?: RunStart | undefined;
}

/**
 * The playground: a form that works by itself, and streams where scripts run.
 */
export default function Playground(props: PlaygroundProps) {
  const { models, device, history, shown } = props;
  const run = useMemo(() => createRun(shown), []);
  const { view } = run;
  const values = useSignal(useMemo(() => initialValues(props), []));
  const lastSeed = useComputed(() => view.figures.value.seed);
  const change = (changed: Partial<FormValues>) => {
    values.value = { ...values.value, ...changed };
  };
  const submit = () => {
    if (view.running || models.length === 0) return;
    let request: GenerateRequest;
    try {
      request = requestFromValues(values.value);
    } catch (error) {
      view.fail(toProblem(error));
      return;
    }
    void run.start(request, { keep: values.value.keep });
  };
  const goOn = () => {
    change({ prompt: view.prompt.value + view.text.value });
    submit();
  };

  useSignalEffect(() => saveValues(values.value));
  useEffect(() => focusField(view.problem.value?.field), [view.problem.value]);
  const awake = useSignal(false);
  useEffect(() => {
    awake.value = true;
    // What the address gave is in the form now, and kept with it.
    if (location.search !== "") globalThis.history.replaceState(null, "", "/");
    return listenToKeys({ submit, stop: () => run.stop() });
  }, []);

  return (
    <form
      class="playground"
      method="post"
      action="/"
      data-awake={awake.value || undefined}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <ComposePanel
        models={models}
        device={device}
        history={history}
        values={values.value}
        view={view}
        onChange={change}
        onStop={() => run.stop()}
        onRetry={submit}
      />
      <OutputPanel view={view} onContinue={goOn} />
      <SettingsPanel
        values={values.value}
        problem={view.problem.value}
        lastSeed={lastSeed.value}
        onChange={change}
        onReset={() => values.value = resetValues(values.value)}
      />
      {shown !== undefined && (
        <input type="hidden" name="text" value={shown.prompt + shown.text} />
      )}
    </form>
  );
}

function createRun(shown: RunStart | undefined): Run {
  const run = new Run();
  if (shown !== undefined) run.view.show(shown);
  return run;
}

/** The page's values, over them what the tab remembers and the reader typed. */
function initialValues(props: PlaygroundProps): FormValues {
  const { models, values, given } = props;
  if (typeof document === "undefined") return values;
  const kept = given ? values : loadValues(values);
  const known = models.some(({ id }) => id === kept.model);
  const typed = document.querySelector<HTMLTextAreaElement>("#prompt")?.value;
  return {
    ...kept,
    model: known ? kept.model : values.model,
    // Typed before this script was there.
    prompt: typed === undefined || typed === values.prompt
      ? kept.prompt
      : typed,
  };
}

function focusField(field: string | undefined): void {
  if (field !== undefined) document.getElementById(field)?.focus();
}
