/** Ids whose number is not known before. */
export class GrowingIds {
  #ids = new Uint32Array(1 << 16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(ids: ArrayLike<number>): void {
    const length = this.#length + ids.length;
    if (length > this.#ids.length) this.#resize(2 * length);
    this.#ids.set(ids, this.#length);
    this.#length = length;
  }

  /** All of them, without room for more; leaves nothing here. */
  take(): Uint32Array<ArrayBuffer> {
    this.#resize(this.#length);
    const ids = this.#ids;
    this.#ids = new Uint32Array();
    this.#length = 0;
    return ids;
  }

  /** Moves the memory instead of copying it, where the system can. */
  #resize(length: number): void {
    const bytes = length * Uint32Array.BYTES_PER_ELEMENT;
    this.#ids = new Uint32Array(this.#ids.buffer.transfer(bytes));
  }
}
