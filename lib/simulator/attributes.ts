import type { Range, TokenList } from "./token_list.ts";

/** `[[name]]` or `[[name(value)]]`. */
export interface Attribute extends Range {
  name: string;
  /** The tokens in its parentheses. */
  value: Range;
}

/** The attribute at a place, or undefined if there is none of this form. */
export function attributeAt(
  list: TokenList,
  start: number,
): Attribute | undefined {
  if (!list.has(start, "[", "[")) return undefined;
  const last = list.partner(start);
  const nothing = { start: last, end: last };
  const name = list.at(start + 2);
  if (list.kindAt(start + 2) !== "word") return undefined;
  const end = last + 1;
  if (list.has(start + 3, "]", "]")) {
    return { start, end, name, value: nothing };
  }
  const close = list.partner(start + 3);
  if (list.at(start + 3) !== "(" || close !== last - 2) return undefined;
  return { start, end, name, value: { start: start + 4, end: close } };
}

/** The attributes that follow each other from a place on. */
export function attributesFrom(list: TokenList, start: number): Attribute[] {
  const found: Attribute[] = [];
  for (let i = start;;) {
    const one = attributeAt(list, i);
    if (one === undefined) return found;
    found.push(one);
    i = one.end;
  }
}

/** The whole number that the tokens are, or undefined. */
export function wholeNumber(list: TokenList, range: Range): number | undefined {
  const text = list.join(range);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
