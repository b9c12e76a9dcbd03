import { decodeUtf8 } from "./checkpoint_file.ts";
import type { Fail } from "./pickle_torch.ts";

/** The bytes of a pickle, read from front to end. */
export class PickleStream {
  #at = 0;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #fail: Fail;

  constructor(bytes: Uint8Array<ArrayBuffer>, fail: Fail) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#fail = fail;
  }

  /** The error that refuses the pickle. */
  error(reason: string): Error {
    return this.#fail(`the pickle is not plain data: ${reason}`);
  }

  /** Whether every byte has been read. */
  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next byte. */
  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** An unsigned 16-bit number. */
  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  /** A signed 32-bit number. */
  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** An unsigned 32-bit number. */
  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A double, big-endian as pickles have it. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** A length of `width` bytes that the rest of the pickle can hold. */
  length(width: 4 | 8): number {
    const length = width === 4
      ? BigInt(this.uint32())
      : this.#view.getBigUint64(this.#take(8), true);
    if (length > BigInt(this.#bytes.length - this.#at)) {
      throw this.error(`it claims ${length} bytes, more than it has`);
    }
    return Number(length);
  }

  /** The next `length` bytes, not copied. */
  slice(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** The next `length` bytes as UTF-8 text. */
  text(length: number): string {
    return decodeUtf8(
      this.slice(length),
      () => this.error("a string is not UTF-8"),
    );
  }

  /** Text up to the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.error("it is cut off");
    const text = this.text(end - this.#at);
    this.#at++;
    return text;
  }

  /** A two's complement integer of `length` bytes; a number if it is exact. */
  long(length: number): number | bigint {
    if (length > 16) throw this.error(`an integer of ${length} bytes`);
    let value = 0n;
    this.slice(length).forEach((byte, i) => {
      value |= BigInt(byte) << BigInt(8 * i);
    });
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /** Steps over `count` bytes and returns where they begin. */
  #take(count: number): number {
    const start = this.#at;
    if (count > this.#bytes.length - start) {
      throw this.error("it is cut off, or claims more bytes than it has");
    }
    this.#at += count;
    return start;
  }
}
