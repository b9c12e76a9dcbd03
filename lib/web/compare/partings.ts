/** A text that may go on growing. */
export interface GrowingText {
  text: string;
  /** Whether it has its last character. */
  finished: boolean;
}

/**
 * Where texts part from the first one, as indices of UTF-16 units; undefined
 * where they are the same as far as both have come. The first one parts where
 * any other does. Texts that only grow are read only once.
 */
export class Partings {
  #same: number[] = [];

  /** @returns one for each text */
  find(texts: readonly GrowingText[]): (number | undefined)[] {
    const [first, ...others] = texts;
    if (first === undefined) return [];
    const found = others.map((other, index) => this.#part(first, other, index));
    const places = found.filter((place) => place !== undefined);
    const earliest = places.length === 0 ? undefined : Math.min(...places);
    return [earliest, ...found];
  }

  #part(
    first: GrowingText,
    other: GrowingText,
    index: number,
  ): number | undefined {
    const shorter = Math.min(first.text.length, other.text.length);
    let same = this.#same[index] ?? 0;
    // A shorter text than last time is another one.
    if (same > shorter) same = 0;
    while (same < shorter && first.text[same] === other.text[same]) same++;
    this.#same[index] = same;
    if (same < shorter) return wholeCharacter(first.text, same);
    // One is the other's beginning: they part if that was all of it.
    const ended = first.text.length === shorter ? first : other;
    const goesOn = first.text.length !== other.text.length;
    return ended.finished && goesOn ? same : undefined;
  }
}

/** The index, or one less inside of a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const before = text.charCodeAt(index - 1);
  return before >= 0xd800 && before < 0xdc00 ? index - 1 : index;
}

/** A text before its parting, the character there, and what follows. */
export function splitAt(
  text: string,
  place: number | undefined,
): [before: string, mark: string, after: string] {
  if (place === undefined || place >= text.length) return [text, "", ""];
  const mark = String.fromCodePoint(text.codePointAt(place)!);
  return [
    text.slice(0, place),
    mark,
    text.slice(place + mark.length),
  ];
}
