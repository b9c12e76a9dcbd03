/**
 * Whether two values are equal in structure: the same type, and equal parts.
 * `NaN` equals `NaN`, a property that is undefined differs from none, the
 * order of a Map's or Set's entries does not count, and cycles are followed.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

/** Pairs that are being compared further up: met again, they count as equal. */
type Pending = Map<object, Set<object>>;

function compare(a: unknown, b: unknown, pending: Pending): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (!isObject(a) || !isObject(b) || !sameType(a, b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError("Cannot compare: a weak collection has no entries");
  }

  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) {
    return equalNumbers(a as Uint8Array, b as Uint8Array);
  }

  const partners = pending.get(a) ?? new Set();
  if (partners.has(b)) return true;
  pending.set(a, partners.add(b));

  if (a instanceof Set && !equalSets(a, b as typeof a, pending)) return false;
  if (a instanceof Map && !equalMaps(a, b as typeof a, pending)) return false;
  if (a instanceof ArrayBuffer) {
    return compare(
      new Uint8Array(a),
      new Uint8Array(b as ArrayBuffer),
      pending,
    );
  }
  if (a instanceof Error) {
    const other = b as Error;
    if (a.message !== other.message || a.name !== other.name) return false;
  }
  return equalProperties(a, b, pending);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Same constructor; an object without prototype is as good as a plain one. */
function sameType(a: object, b: object): boolean {
  return (a.constructor ?? Object) === (b.constructor ?? Object);
}

/** Typed arrays by their numbers: millions of properties would take long. */
function equalNumbers(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length &&
    a.every((value, index) => value === b[index] || Object.is(value, b[index]));
}

function equalProperties(a: object, b: object, pending: Pending): boolean {
  const keys = enumerableKeys(a);
  if (keys.length !== enumerableKeys(b).length) return false;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  return keys.every((key) =>
    Object.hasOwn(b, key) &&
    compare(Reflect.get(a, key), Reflect.get(b, key), pending)
  );
}

/** Without an array's length and an error's stack, which are not its parts. */
function enumerableKeys(object: object): PropertyKey[] {
  return Reflect.ownKeys(object).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(object, key)
  );
}

function equalSets(
  a: Set<unknown>,
  b: Set<unknown>,
  pending: Pending,
): boolean {
  if (a.size !== b.size) return false;
  const rest = new Set(b);
  for (const value of a) {
    if (rest.delete(value)) continue;
    const match = [...rest].find((other) => compare(value, other, pending));
    if (match === undefined) return false;
    rest.delete(match);
  }
  return true;
}

function equalMaps(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  pending: Pending,
): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.has(key)
      ? key
      : [...b.keys()].find((candidate) => compare(key, candidate, pending));
    if (!b.has(other) || !compare(value, b.get(other), pending)) return false;
  }
  return true;
}
