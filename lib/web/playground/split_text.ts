/**
 * A text in pieces of about one length, never inside a character. When the
 * text grows, all pieces but the last stay what they were.
 *
 * @param length UTF-16 units of a piece
 */
export function splitText(text: string, length = 1024): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = start + length;
    if (isHighSurrogate(text.charCodeAt(end - 1))) end++;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
