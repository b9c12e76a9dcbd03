import type { Finding } from "./finding.ts";
import type { KernelFile } from "./kernel_file.ts";
import { LIBRARY_MARK } from "./preprocess.ts";
import type { TokenList } from "./token_list.ts";

/** Words that Metal 2.4 does not have, and why. */
const WORDS = new Map<string, string>();
const FORBIDDEN: Record<string, string> = {
  "double": "double does not exist: write float",
  "bfloat bfloat2 bfloat3 bfloat4": "bfloat needs Metal 3.1: widen its bits",
  "virtual": "virtual functions do not exist",
  "dynamic_cast typeid": "types are not known at run time",
  "try throw catch noexcept": "exceptions do not exist",
  "goto": "goto does not exist",
  "new delete": "memory cannot be allocated",
  "thread_local register": "this storage class does not exist",
  "asm __asm __asm__": "assembler is not portable",
  "wchar_t char16_t char32_t": "this type does not exist",
};
for (const [words, text] of Object.entries(FORBIDDEN)) {
  for (const word of words.split(" ")) WORDS.set(word, text);
}

/** Functions of C that Metal does not have, and names that it keeps. */
const FUNCTIONS = new Set(
  "main printf assert malloc free memcpy memmove memset abort exit".split(" "),
);
const VECTORS =
  /^(bool|char|uchar|short|ushort|int|uint|half|float|long|ulong)[234]$/;

/** Rules of Metal that a C++ compiler does not know. */
export function checkRules(file: KernelFile): Finding[] {
  const { list } = file;
  const found: Finding[] = [];
  for (let i = 0; i < list.length; i++) {
    const text = brokenRule(file, i);
    if (text !== undefined) found.push(list.finding(i, text));
  }
  return found;
}

function brokenRule(file: KernelFile, i: number): string | undefined {
  const { list } = file;
  const text = list.at(i);
  switch (list.kindAt(i)) {
    case "pragma":
      return text === LIBRARY_MARK ||
          /^#pragma (unroll|clang loop)\b/.test(text)
        ? undefined
        : `only #pragma unroll is allowed: ${text}`;
    case "string":
    case "character":
      return stringRule(file, i);
    case "word":
      return wordRule(list, i);
    default:
      return signRule(list, i);
  }
}

function wordRule(list: TokenList, i: number): string | undefined {
  const text = list.at(i);
  const reason = WORDS.get(text);
  if (reason !== undefined) return reason;
  if (text === "std" && list.at(i + 1) === "::") {
    return "std:: does not exist: use metal::";
  }
  if (text === "long" && list.at(i + 1) === "long") {
    return "long long does not exist: long has 64 bits";
  }
  if (FUNCTIONS.has(text) && list.at(i + 1) === "(") {
    return `${text}() cannot be used or defined in Metal`;
  }
  if (["struct", "class"].includes(text) && hasBase(list, i)) {
    return "types cannot derive from others";
  }
  return undefined;
}

function hasBase(list: TokenList, i: number): boolean {
  const isDefinition = list.kindAt(i + 1) === "word" && list.at(i + 2) === ":";
  return isDefinition && list.at(i - 1) !== "enum";
}

function signRule(list: TokenList, i: number): string | undefined {
  const text = list.at(i);
  if (text === "[" && isLambda(list, i)) return "lambdas do not exist";
  // In C++ this is the comma operator, and the last value alone is used.
  if (
    text !== "(" || !VECTORS.test(list.at(i + 1)) || !list.has(i + 2, ")", "(")
  ) {
    return undefined;
  }
  const open = i + 3;
  const inside = { start: open + 1, end: list.partner(open) };
  return list.split(inside).length < 2
    ? undefined
    : `write ${list.at(i + 1)}(…) without parentheses around the type`;
}

/** True for a "[" that can only begin a lambda. */
function isLambda(list: TokenList, i: number): boolean {
  if (list.at(i + 1) === "[" || list.at(i - 1) === "[") return false;
  const before = list.at(i - 1);
  if (before === "return") return true;
  return list.kindAt(i - 1) !== "word" && ![")", "]", ">"].includes(before);
}

/** Strings name kernels and explain static_assert. */
function stringRule({ list, kernels, instances }: KernelFile, i: number) {
  if (list.kindAt(i) === "character") return undefined;
  const isName = [...kernels.flatMap((one) => one.attributes), ...instances]
    .some(({ start, end }) => start <= i && i < end);
  const last = list.has(i + 1, ")") ? list.partner(i + 1) - 1 : -1;
  return isName || list.at(last) === "static_assert"
    ? undefined
    : "strings do not exist";
}
