/** Puts bytes together, little-endian. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = [];
  length = 0;

  bytes(value: Uint8Array | readonly number[]): this {
    const part = value instanceof Uint8Array ? value : Uint8Array.from(value);
    this.#parts.push(part);
    this.length += part.length;
    return this;
  }

  text(value: string): this {
    return this.bytes(new TextEncoder().encode(value));
  }

  u8(value: number): this {
    return this.bytes([value]);
  }

  u16(value: number): this {
    return this.bytes([value & 255, (value >> 8) & 255]);
  }

  u32(value: number): this {
    return this.bytes(new Uint8Array(Uint32Array.of(value).buffer));
  }

  u64(value: number | bigint): this {
    const bytes = new BigUint64Array([BigInt.asUintN(64, BigInt(value))]);
    return this.bytes(new Uint8Array(bytes.buffer));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
