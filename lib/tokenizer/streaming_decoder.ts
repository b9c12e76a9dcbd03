/** Turns ids into text as they come. */
export class StreamingDecoder {
  readonly #bytesOf: (id: number) => Uint8Array;
  #decoder = newDecoder();

  /** @param bytesOf the bytes that an id adds to the text */
  constructor(bytesOf: (id: number) => Uint8Array) {
    this.#bytesOf = bytesOf;
  }

  /**
   * The text that is certain with one more id: a character whose bytes are
   * spread over several ids comes with its last one. All texts together, and
   * {@linkcode flush}'s, are what decoding all ids at once gives.
   */
  push(id: number): string {
    return this.#decoder.decode(this.#bytesOf(id), { stream: true });
  }

  /** What is left at the end: U+FFFD if a character is incomplete, else "". */
  flush(): string {
    const rest = this.#decoder.decode();
    this.#decoder = newDecoder();
    return rest;
  }
}

/** UTF-8 in which U+FEFF is text like any other. */
export function newDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}
