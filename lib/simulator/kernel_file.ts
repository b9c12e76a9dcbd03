import { attributesFrom } from "./attributes.ts";
import { type Declaration, findDeclarations } from "./declarations.ts";
import type { Finding } from "./finding.ts";
import {
  type KernelDefinition,
  type KernelInstance,
  readKernel,
} from "./kernel_functions.ts";
import { type Range, TokenList } from "./token_list.ts";
import {
  type FunctionConstant,
  readFunctionConstant,
  readMemoryUse,
  type Variable,
} from "./variables.ts";

/** A variable in threadgroup memory, up to its `;`. */
export interface ThreadgroupVariables extends Range {
  variables: Variable[];
}

/** What the pre-pass has understood of a kernel file. */
export interface KernelFile {
  list: TokenList;
  kernels: KernelDefinition[];
  instances: KernelInstance[];
  constants: FunctionConstant[];
  threadgroup: ThreadgroupVariables[];
  /** What it has not understood, and what Metal forbids. */
  findings: Finding[];
}

/**
 * Reads preprocessed Metal. Whatever C++ would take for something else than
 * Metal does and that is not understood becomes a finding: kernels, their
 * arguments and instances, attributes, function constants and variables in
 * threadgroup and constant memory.
 */
export function readKernelFile(text: string): KernelFile {
  const list = new TokenList(text);
  const file: KernelFile = {
    list,
    kernels: [],
    instances: [],
    constants: [],
    threadgroup: [],
    findings: [...list.findings],
  };
  // Without their partners brackets mean nothing.
  if (file.findings.length > 0) return file;
  const { all, scopes, findings } = findDeclarations(list);
  file.findings.push(...findings);
  for (const one of all) readDeclaration(file, one);
  checkWords(file, scopes);
  checkAttributes(file);
  checkDerivedConstants(file, all);
  checkNames(file);
  return file;
}

function readDeclaration(file: KernelFile, declaration: Declaration) {
  const { list } = file;
  const { start, end, body = end } = declaration;
  const head = list.tokens.slice(start, body).map((one) => one.text);
  if (head.includes("kernel")) {
    const read = readKernel(list, declaration);
    if ("definition" in read) file.kernels.push(read.definition);
    if ("instance" in read) file.instances.push(read.instance);
    file.findings.push(...read.findings);
    return;
  }
  const constant = readFunctionConstant(list, declaration);
  if (constant !== undefined) file.constants.push(constant);
}

function checkWords(file: KernelFile, scopes: Set<number>) {
  const { list } = file;
  const known = new Set(file.kernels.map((one) => one.keyword));
  for (let i = 0; i < list.length; i++) {
    const word = list.at(i);
    const isKnown = known.has(i) || file.instances.some((one) =>
      isIn(i, one)
    ) ||
      file.findings.length > 0;
    if (word === "kernel" && !isKnown) {
      file.findings.push(list.finding(i, '"kernel" is not understood here'));
    } else if (word === "threadgroup" && list.at(i - 1) !== "[") {
      i = checkThreadgroup(file, i);
    } else if (word === "constant" && !scopes.has(list.brace(i))) {
      const { kind } = readMemoryUse(list, i);
      if (kind === "pointer") continue;
      const text = "constants are declared outside functions";
      file.findings.push(list.finding(i, text));
    }
  }
}

/** Returns the last token that is understood. */
function checkThreadgroup(file: KernelFile, start: number): number {
  const { list, kernels, findings } = file;
  const use = readMemoryUse(list, start);
  if (use.kind === "pointer") return start;
  const refuse = (text: string) => {
    findings.push(list.finding(start, `threadgroup: ${text}`));
    return start;
  };
  if (use.kind === "unknown") return refuse(use.text);
  if (!kernels.some((one) => one.body === list.brace(start))) {
    return refuse("variables are declared directly in the body of a kernel");
  }
  if (![";", "{", "}"].includes(list.at(start - 1))) {
    return refuse("the declaration of a variable begins with it");
  }
  file.threadgroup.push({ start, end: use.end, variables: use.variables });
  return use.end - 1;
}

function isIn(index: number, { start, end }: Range): boolean {
  return start <= index && index < end;
}

function checkAttributes(
  { list, kernels, instances, constants, findings }: KernelFile,
) {
  // What is wrong with a kernel leaves its attributes unread.
  if (findings.length > 0) return;
  const known = [
    ...kernels.flatMap((one) => one.attributes),
    ...instances,
    ...constants,
  ];
  for (let i = 0; i < list.length; i++) {
    if (!list.has(i, "[", "[") || known.some((one) => isIn(i, one))) continue;
    const name = attributesFrom(list, i)[0]?.name ?? list.at(i + 2);
    findings.push(list.finding(i, `[[${name}]] is not understood here`));
  }
}

/** C++ would compute these before the host has set the function constants. */
function checkDerivedConstants(
  { list, constants, findings }: KernelFile,
  declarations: Declaration[],
) {
  const names = new Set(constants.map((one) => one.name));
  for (const { start, end, body } of declarations) {
    if (body !== undefined || constants.some((one) => one.start === start)) {
      continue;
    }
    for (let i = start; i < end; i++) {
      if (list.kindAt(i) !== "word" || !names.has(list.at(i))) continue;
      const text = `function constant ${list.at(i)} is used outside functions`;
      findings.push(list.finding(i, text));
    }
  }
}

function checkNames({ list, kernels, instances, findings }: KernelFile) {
  const templates = new Map<string, KernelDefinition>();
  const known = new Set<string>();
  for (const { name, hostName, start, ...kernel } of kernels) {
    if (templates.has(name)) {
      findings.push(list.finding(start, `there are two kernels ${name}`));
    }
    templates.set(name, { name, hostName, start, ...kernel });
    if (hostName !== undefined) known.add(hostName);
  }
  for (const { hostName, name, start } of instances) {
    if (templates.get(name)?.isTemplate !== true) {
      findings.push(
        list.finding(start, `there is no template ${name} of a kernel`),
      );
    }
    if (known.has(hostName)) {
      findings.push(
        list.finding(start, `two kernels have the name ${hostName}`),
      );
    }
    known.add(hostName);
  }
}
