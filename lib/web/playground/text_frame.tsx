import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { FigureText } from "./figures.ts";
import type { RunView } from "./run_view.ts";

/** What {@linkcode TextFrame} shows. */
export interface TextFrameProps {
  view: RunView;
  /** The id of the frame's title. */
  titleId: string;
  /** Does something for the arrow to the left, or to the right. */
  onStep?: (by: -1 | 1) => void;
  /** What stands in it; to be called back when it has grown. */
  children: (onGrown: () => void) => ComponentChildren;
}

/** A frame of constant height that follows a text, unless the reader looks elsewhere. */
export function TextFrame(
  { view, titleId, onStep, children }: TextFrameProps,
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
      aria-labelledby={titleId}
      aria-busy={view.running}
      tabIndex={0}
      onScroll={(event) => noteScroll(event.currentTarget)}
      onKeyDown={({ key }) => {
        if (key === "ArrowLeft") onStep?.(-1);
        if (key === "ArrowRight") onStep?.(1);
      }}
    >
      {children(follow)}
    </div>
  );
}

/** How far the work before the first token is. */
export function Progress({ view }: { view: RunView }) {
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

/** Figures side by side. */
export function FigureStrip(
  { figures }: { figures: readonly FigureText[] },
) {
  return (
    <dl class="figures">
      {figures.map(({ key, label, value }) => (
        <div key={key} data-figure={key}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
