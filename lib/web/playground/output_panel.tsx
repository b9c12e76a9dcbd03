import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { copyText } from "../copy_text.ts";
import { describeFigures } from "./figures.ts";
import type { RunView } from "./run_view.ts";
import { splitText } from "./split_text.ts";
import { FigureStrip, Progress, TextFrame } from "./text_frame.tsx";

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
      <TextFrame view={view} titleId="output-title">
        {(onGrown) =>
          empty ? <Empty /> : (
            <>
              <span class="visually-hidden">Prompt:</span>
              <span class="text-prompt">{view.prompt}</span>
              <span class="visually-hidden">Continuation:</span>
              <Continuation view={view} onGrown={onGrown} />
              {phase === "writing" && <span class="caret" aria-hidden="true" />}
            </>
          )}
      </TextFrame>
      <FigureStrip figures={describeFigures(view.figures.value)} />
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
