import { applyEdits, type Edit, libraryEdits, withoutText } from "./edits.ts";
import type { KernelFile } from "./kernel_file.ts";
import type { TokenList } from "./token_list.ts";

/**
 * A kernel file as C++ for OpenCL, for the declarations of
 * `metal/simulator/strict`. Kernels become functions, so that templates of
 * kernels are what others are; attributes are gone.
 */
export function strictSource(file: KernelFile): string {
  const { list, kernels, instances, constants } = file;
  return applyEdits(list, [
    ...libraryEdits(list, "#include <metal_stdlib>"),
    ...kernels.flatMap((one) => withoutText(one.attributes)),
    ...kernels.map(({ keyword }) => ({
      start: keyword,
      end: keyword + 1,
      text: "",
    })),
    ...instances.map(({ start, end, declarator }) => ({
      start,
      end,
      text: `template ${list.join(declarator)};`,
    })),
    ...constants.map(({ start, end, type, name }) => ({
      start,
      end,
      text: `extern constant ${type} ${name};`,
    })),
    ...variableEdits(file),
    ...constructorEdits(file),
  ]);
}

// OpenCL has such variables in kernels only, and these are functions now.
function variableEdits({ list, threadgroup }: KernelFile): Edit[] {
  return threadgroup.map(({ start, end, variables }) => {
    const text = variables.map(({ type, name, dimensions }) => {
      const [one, many] = [list.join(type), list.join(dimensions)];
      return `threadgroup ${one} (&${name})${many} = ` +
        `mtl_threadgroup<${one}${many}>();`;
    }).join(" ");
    return { start, end, text };
  });
}

const VECTOR =
  /^(bool|char|uchar|short|ushort|int|uint|long|ulong|float|half)[234]$/;

/** `float4(…)` becomes `mtl_make<float4>(…)`, and so for other vectors. */
function constructorEdits({ list, instances }: KernelFile): Edit[] {
  const types = typeNames(list);
  const edits: Edit[] = [];
  for (let i = 0; i < list.length; i++) {
    const instance = instances.find((one) => one.start === i);
    if (instance !== undefined) i = instance.end;
    const text = list.at(i);
    if (list.kindAt(i) !== "word" || NO_TYPE.has(list.at(i - 1))) continue;
    let last: number | undefined = i;
    if (text === "vec" && list.at(i + 1) === "<") last = list.closeAngle(i + 1);
    else if (!VECTOR.test(text) && !types.has(text)) continue;
    if (last === undefined || list.at(last + 1) !== "(") continue;
    edits.push({ start: i, end: i, text: "mtl_make<" });
    edits.push({ start: last + 1, end: last + 1, text: ">" });
  }
  return edits;
}

/** What follows these is not a vector that is made. */
const NO_TYPE = new Set(
  ("operator . -> :: ~ struct class using typename " +
    "const device constant threadgroup thread").split(" "),
);

/** Names of templates' parameters and of other types, which may be vectors. */
function typeNames(list: TokenList): Set<string> {
  const names = new Set<string>();
  for (let i = 0; i < list.length; i++) {
    const text = list.at(i);
    const isParameter = (text === "typename" || text === "class") &&
      ["<", ","].includes(list.at(i - 1)) &&
      [",", ">", "="].includes(list.at(i + 2));
    const isAlias = text === "using" && list.at(i + 2) === "=";
    if (isParameter || isAlias) names.add(list.at(i + 1));
    if (text !== "typedef") continue;
    while (i < list.length && list.at(i + 1) !== ";") i += 1;
    names.add(list.at(i));
  }
  return names;
}
