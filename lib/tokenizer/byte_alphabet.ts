/**
 * The 256 characters with which byte-level tokenizers write bytes: printable
 * Latin-1 characters stand for themselves, the others are shifted beyond
 * U+0100, so that no token has a space or a control character.
 */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

const BYTES: ReadonlyMap<string, number> = new Map(
  BYTE_CHARACTERS.map((character, byte) => [character, byte]),
);

function byteCharacters(): string[] {
  let shifted = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) ||
      (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(printable ? byte : shifted++);
  });
}

/**
 * The bytes that a token of a byte-level vocabulary stands for, or undefined
 * if it has a character that stands for none.
 */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTES.get(token[i]!);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** Whether a byte can occur in UTF-8. */
export function isUtf8Byte(byte: number): boolean {
  return byte < 0xc0 || (byte >= 0xc2 && byte <= 0xf4);
}
