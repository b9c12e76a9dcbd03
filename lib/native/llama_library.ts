import { join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import {
  GGML_BASE_SYMBOLS,
  GGML_SYMBOLS,
  LLAMA_SYMBOLS,
  THREADPOOL_FREE,
  THREADPOOL_NEW,
} from "./llama_symbols.ts";
import { cString } from "./structs.ts";

type Library = Deno.StaticForeignLibraryInterface<typeof LLAMA_SYMBOLS>;

/** A pool of llama.cpp's threads. */
export interface LlamaThreads extends Disposable {
  readonly pointer: Deno.PointerValue;
}

/** The opened llama.cpp. */
export interface LlamaLibrary {
  readonly symbols: Library;
  /** What it computes with: the variant of its kernels and their features. */
  readonly description: string;
  /** Starts threads, as llama-bench does; disposing of them ends them. */
  startThreads(count: number): LlamaThreads;
}

/**
 * Opens a prebuilt llama.cpp, with the best kernels for this processor.
 *
 * @param directory with its shared libraries
 * @throws {MambaError} `unsupported` when there is none that can be opened
 */
export function openLlama(directory: string): LlamaLibrary {
  try {
    return open(directory);
  } catch (error) {
    if (error instanceof MambaError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new MambaError(
      "unsupported",
      `Cannot open llama.cpp in ${directory}: ${reason}`,
      { cause: error },
    );
  }
}

function open(directory: string): LlamaLibrary {
  const base = Deno.dlopen(find(directory, "ggml-base"), GGML_BASE_SYMBOLS);
  const ggml = Deno.dlopen(find(directory, "ggml"), GGML_SYMBOLS);
  const { symbols } = Deno.dlopen(find(directory, "llama"), LLAMA_SYMBOLS);
  // Without a word on standard error.
  symbols.llama_log_set(symbols.llama_supports_mmap, null);
  ggml.symbols.ggml_backend_load_all_from_path(cString(directory));
  symbols.llama_backend_init();
  const cpu = ggml.symbols.ggml_backend_reg_by_name(cString("CPU"));
  const address = <F>(name: string): Deno.PointerObject<F> => {
    const found = base.symbols.ggml_backend_reg_get_proc_address(
      cpu,
      cString(name),
    );
    if (found !== null) return found as Deno.PointerObject<F>;
    throw new MambaError(
      "unsupported",
      `Cannot use llama.cpp in ${directory}: it has no ${name}`,
    );
  };
  const create = new Deno.UnsafeFnPointer(
    address("ggml_threadpool_new"),
    THREADPOOL_NEW,
  );
  const free = new Deno.UnsafeFnPointer(
    address("ggml_threadpool_free"),
    THREADPOOL_FREE,
  );
  return {
    symbols,
    description: describe(symbols),
    startThreads(count) {
      // With room for more than any version has.
      const params = new Uint8Array(4096);
      base.symbols.ggml_threadpool_params_init(params, count);
      const pointer = create.call(params);
      return { pointer, [Symbol.dispose]: () => free.call(pointer) };
    },
  };
}

/** `libllama.so`, `libllama.v0.5.0.so`, `libllama.dylib`, … */
function find(directory: string, name: string): string {
  const pattern = new RegExp(`^lib${name}(\\.v?[\\d.]+)?\\.(so|dylib)$`);
  for (const file of Deno.readDirSync(directory)) {
    if (pattern.test(file.name)) return join(directory, file.name);
  }
  throw new Error(`there is no lib${name}`);
}

function describe(symbols: Library): string {
  const pointer = symbols.llama_print_system_info();
  const text = pointer === null
    ? ""
    : Deno.UnsafePointerView.getCString(pointer);
  // "CPU : SSE3 = 1 | AVX2 = 1 | … | " says 1 for all that it names.
  const features = text.replaceAll(" = 1", "").replace(/[\s|]+$/, "")
    .replaceAll(" | ", ", ").replace(" : ", ": ");
  const variant = loadedVariant();
  return variant === undefined ? features : `${variant}; ${features}`;
}

/** Which of several builds of the kernels was chosen, where it can be seen. */
function loadedVariant(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const maps = Deno.readTextFileSync("/proc/self/maps");
  return /\/lib(ggml-cpu[\w-]*)\.so/.exec(maps)?.[1];
}
