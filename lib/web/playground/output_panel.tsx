import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { copyText } from "../copy_text.ts";
import { describeFigures } from "./figures.ts";
import type { RunView } from "./run_view.ts";
import { splitText } from "./split_text.ts";

/** What {@linkcode OutputPanel} shows. */
export interface OutputPanelProps {
  view: RunView;
  /** Goes on from the end of the text. */
  onContinue: () => void;
}

/** The text as it grows, and what is measured of it. */
export function OutputPanel({ view, onContinue }: OutputPanelProps) {
  const { phase } = view.status.value;
  const empty = view.prompt.value === "";
  const idle = !view.running;
  return (
    <div class="output card">
      <div class="output-head">
        <h2 id="output-title">Text</h2>
        <button
          class="button button-small"
          type="submit"
          name="action"
          value="continue"
          aria-disabled={empty || !idle}
          onClick={(event) => {
            event.preventDefault();
            if (!empty && idle) onContinue();
          }}
        >
          Continue
        </button>
        <CopyButton view={view} disabled={empty} />
      </div>
      <Progress view={view} />
      <TextFrame view={view} empty={empty} writing={phase === "writing"} />
      <FigureStrip view={view} />
    </div>
  );
}

function TextFrame(
  { view, empty, writing }: { view: RunView; empty: boolean; writing: boolean },
) {
  const frame = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const lastTop = useRef(0);
  useSignalEffect(() => {
    if (view.status.value.phase !== "starting") return;
    // A new run begins at its end, wherever the reader was in the last one.
    following.current = true;
    lastTop.current = 0;
  });
  const follow = () => {
    const element = frame.current;
    if (element === null || !following.current) return;
    element.scrollTop = element.scrollHeight;
  };
  const noteScroll = (element: HTMLDivElement) => {
    const { scrollHeight, scrollTop, clientHeight } = element;
    const atEnd = scrollHeight - scrollTop - clientHeight < 32;
    // The text may have grown since this scroll began, so that being away from
    // the end says nothing: only a reader moves upwards.
    if (atEnd) following.current = true;
    else if (scrollTop < lastTop.current) following.current = false;
    lastTop.current = scrollTop;
  };
  return (
    <div
      class="output-text"
      ref={frame}
      role="region"
      aria-labelledby="output-title"
      aria-busy={view.running}
      tabIndex={0}
      onScroll={(event) => noteScroll(event.currentTarget)}
    >
      {empty ? <Empty /> : (
        <>
          <span class="visually-hidden">Prompt:</span>
          <span class="text-prompt">{view.prompt}</span>
          <span class="visually-hidden">Continuation:</span>
          <Continuation view={view} onGrown={follow} />
          {writing && <span class="caret" aria-hidden="true" />}
        </>
      )}
    </div>
  );
}

/** The text in pieces: of a long one, the browser lays out only the last anew. */
function Continuation(
  { view, onGrown }: { view: RunView; onGrown: () => void },
) {
  const text = view.text.value;
  useLayoutEffect(onGrown, [text]);
  return (
    <span class="text-continuation">
      {splitText(text).map((piece, index) => <span key={index}>{piece}</span>)}
    </span>
  );
}

function Empty() {
  return (
    <div class="output-empty">
      <p>
        Your prompt and what the model makes of it will stand here, token by
        token.
      </p>
      <p>
        A Mamba model reads the prompt once into a state of constant size and
        writes on from there. It continues texts; it does not answer questions.
      </p>
    </div>
  );
}

function Progress({ view }: { view: RunView }) {
  const { done, total } = view.progress.value ?? { done: 0, total: 1 };
  const percent = total > 0 ? Math.round(100 * done / total) : 0;
  return (
    <progress
      class="output-progress"
      aria-label="Progress before the first token"
      aria-hidden={view.progress.value === undefined}
      max={100}
      value={percent}
    />
  );
}

function FigureStrip({ view }: { view: RunView }) {
  return (
    <dl class="figures">
      {describeFigures(view.figures.value).map(({ key, label, value }) => (
        <div key={key} data-figure={key}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function CopyButton({ view, disabled }: { view: RunView; disabled: boolean }) {
  const copied = useSignal<boolean | undefined>(undefined);
  useEffect(() => {
    if (copied.value === undefined) return;
    const timer = setTimeout(() => copied.value = undefined, 2000);
    return () => clearTimeout(timer);
  }, [copied.value]);
  const copy = async () => {
    if (disabled) return;
    copied.value = await copyText(view.prompt.peek() + view.text.peek());
  };
  const feedback = copied.value === undefined
    ? ""
    : copied.value
    ? "Copied"
    : "Not allowed";
  return (
    <>
      <button
        class="button button-small copy-button needs-js"
        type="button"
        aria-disabled={disabled}
        onClick={copy}
      >
        {feedback === "" ? "Copy" : feedback}
      </button>
      <span class="visually-hidden" role="status">{feedback}</span>
    </>
  );
}
