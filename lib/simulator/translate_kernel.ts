import { applyEdits, type Edit, libraryEdits, withoutText } from "./edits.ts";
import { inOrder, refuseKernel } from "./finding.ts";
import type { KernelArgument } from "./kernel_arguments.ts";
import type { KernelFile } from "./kernel_file.ts";
import type { KernelDefinition } from "./kernel_functions.ts";
import { lintKernel } from "./lint.ts";
import type { ReadText } from "./kernel_source.ts";
import type { TokenList } from "./token_list.ts";

/** A kernel file as C++. */
export interface Translation {
  /** The text; it includes the simulator's `<metal_stdlib>`. */
  cpp: string;
  /** 64-bit FNV-1a of the expanded Metal text: see {@linkcode expandKernel}. */
  hash: bigint;
  /** The names of its kernels, as the host knows them. */
  kernels: string[];
}

/**
 * Translates a kernel file with its headers to C++17 for the simulator's shim.
 * What C++ cannot say is rewritten; the rest stays as it is.
 *
 * @param path of the `.metal` file
 * @throws {TaskError} if the file breaks a rule or is not understood
 */
export async function translateKernel(
  path: string,
  read?: ReadText,
): Promise<Translation> {
  const { source, file, findings } = await lintKernel(path, read);
  if (findings.length > 0) throw refuseKernel(source.path, inOrder(findings));
  const translator = new Translator(file);
  const cpp = applyEdits(file.list, translator.edits());
  return {
    cpp: `#define MTL_SOURCE_HASH 0x${source.hash.toString(16)}ull\n${cpp}`,
    hash: source.hash,
    kernels: translator.names,
  };
}

class Translator {
  readonly names: string[] = [];
  readonly #file: KernelFile;
  readonly #list: TokenList;

  constructor(file: KernelFile) {
    this.#file = file;
    this.#list = file.list;
  }

  edits(): Edit[] {
    return [
      ...libraryEdits(this.#list, "#include <metal_stdlib>"),
      ...this.#definitions(),
      ...this.#instances(),
      ...this.#constants(),
      ...this.#variables(),
    ];
  }

  #definitions(): Edit[] {
    return this.#file.kernels.flatMap((kernel) => {
      const attributes = withoutText(kernel.attributes);
      if (kernel.hostName === undefined) return attributes;
      const { end, name, hostName, mostThreads } = kernel;
      const text = this.#register(kernel, name, hostName, mostThreads);
      return [...attributes, { start: end - 1, end, text: `} ${text}` }];
    });
  }

  #instances(): Edit[] {
    return this.#file.instances.map((instance) => {
      const { start, end, name, expression, hostName } = instance;
      const kernel = this.#file.kernels.find((one) => one.name === name)!;
      const threads = instance.mostThreads || kernel.mostThreads;
      const text = this.#register(kernel, expression, hostName, threads);
      return { start, end, text };
    });
  }

  #register(
    kernel: KernelDefinition,
    expression: string,
    hostName: string,
    mostThreads: number,
  ): string {
    const { file, line } = this.#list.tokens[kernel.keyword]!;
    const id = this.names.push(hostName);
    const list = kernel.arguments.map(argumentRow).join(", ");
    const type = `mtl_reg<&${expression}, ${kernel.arguments.length}>`;
    return `static ${type} mtl_r${id}("${hostName}", "${file}", ${line}, ` +
      `${mostThreads}, {{${list}}});`;
  }

  #constants(): Edit[] {
    return this.#file.constants.map(({ start, end, type, name, index }) => ({
      start,
      end,
      text: `static ${type} ${name}; ` +
        `static mtl_fcreg mtl_f_${name}("${name}", ${index}, ${name});`,
    }));
  }

  #variables(): Edit[] {
    const list = this.#list;
    return this.#file.threadgroup.map(({ start, end, variables }) => {
      const text = variables.map(({ type, name, dimensions }) =>
        `MTL_TG_VAR((${list.join(type)}), ${name}, ${list.join(dimensions)});`
      ).join(" ");
      return { start, end, text };
    });
  }
}

function argumentRow({ source, index, space, name }: KernelArgument): string {
  return `{${source}, ${index}, ${space}, 0, 0, false, false, "${name}"}`;
}
