/** Ids one after the other, in one array. */
export function concatenateIds(
  parts: readonly Uint32Array[],
): Uint32Array<ArrayBuffer> {
  const whole = new Uint32Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
