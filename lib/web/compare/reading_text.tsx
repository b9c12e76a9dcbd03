import type { Signal } from "@preact/signals";
import { useLayoutEffect, useMemo } from "preact/hooks";
import type { Reading, ReadToken } from "../../api/compare.ts";
import { describeMemory, type Figures } from "../playground/figures.ts";
import { FigureStrip } from "../playground/text_frame.tsx";
import { describeReading, describeToken, heatOf } from "./token_text.ts";

/** Tokens that are laid out together; of a long text only the last change. */
const BLOCK = 64;

/** What {@linkcode ReadingText} shows. */
export interface ReadingTextProps {
  reading: Reading;
  /** The token that is looked at. */
  selected: Signal<number | undefined>;
  onGrown: () => void;
}

/** A text whose tokens are coloured by how much they were expected. */
export function ReadingText({ reading, selected, onGrown }: ReadingTextProps) {
  const { tokens } = reading;
  useLayoutEffect(onGrown, [tokens.length]);
  const blocks: number[] = [];
  for (let at = 0; at < tokens.length; at += BLOCK) blocks.push(at);
  const select = ({ target }: { target: EventTarget | null }) => {
    const at = target instanceof HTMLElement ? target.dataset.at : undefined;
    if (at !== undefined) selected.value = Number(at);
  };
  return (
    <span class="read-text" onMouseOver={select} onClick={select}>
      {blocks.map((at) => (
        <Block
          key={at}
          at={at}
          tokens={tokens.slice(at, at + BLOCK)}
          selected={within(selected.value, at)}
        />
      ))}
    </span>
  );
}

function within(selected: number | undefined, at: number): number | undefined {
  return selected !== undefined && selected >= at && selected < at + BLOCK
    ? selected
    : undefined;
}

function Block(
  { at, tokens, selected }: {
    at: number;
    tokens: readonly ReadToken[];
    selected: number | undefined;
  },
) {
  // The same elements again, unless there are more tokens or another is
  // looked at: then nothing of the block is compared.
  return useMemo(
    () => (
      <span>
        {tokens.map((token, index) => (
          <span
            key={index}
            data-at={at + index}
            class={classOf(token, at + index === selected)}
            title={describeToken(token)}
          >
            {token.text}
          </span>
        ))}
      </span>
    ),
    [tokens.length, selected],
  );
}

function classOf(token: ReadToken, selected: boolean): string {
  return [
    `heat-${heatOf(token)}`,
    ...(token.differs ? ["differs"] : []),
    ...(selected ? ["selected"] : []),
  ].join(" ");
}

/** What all tokens of a reading say together, and the one looked at. */
export function ReadingFigures(
  { reading, figures, selected }: {
    reading: Reading;
    figures: Figures;
    selected: Signal<number | undefined>;
  },
) {
  const { incomparable } = reading;
  const at = selected.value;
  const token = at === undefined ? undefined : reading.tokens[at];
  return (
    <>
      <FigureStrip
        figures={[...describeMemory(figures), ...describeReading(reading)]}
      />
      {incomparable !== undefined && (
        <p class="notice column-alert">
          Cannot be compared token by token:{" "}
          {incomparable}. Bits per byte are comparable.
        </p>
      )}
      <p class="token-detail needs-js">
        {token === undefined
          ? "Point at a token to see what was expected there."
          : describeToken(token)}
      </p>
    </>
  );
}
