import { join } from "node:path";
import { MambaError } from "../api/mamba_error.ts";
import {
  GGML_BASE_SYMBOLS,
  GGML_CPU_SYMBOLS,
  GGML_SYMBOLS,
  LLAMA_SYMBOLS,
  VARIANT_SYMBOLS,
} from "./llama_symbols.ts";
import { cString } from "./structs.ts";

type Library = Deno.StaticForeignLibraryInterface<typeof LLAMA_SYMBOLS>;

/**
 * A pool of llama.cpp's threads. Between steps they wait for work awake, as
 * llama-bench has them.
 */
export interface LlamaThreads extends Disposable {
  readonly pointer: Deno.PointerValue;
  /** Lets them sleep, so that they take nothing from anybody else. */
  pause(): void;
  resume(): void;
}

/** The opened llama.cpp. */
export interface LlamaLibrary {
  readonly symbols: Library;
  /** What it computes with: the variant of its kernels and their features. */
  readonly description: string;
  /** Starts threads; disposing of them ends them. */
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
  const variant = bestVariant(directory);
  if (variant === undefined) {
    ggml.symbols.ggml_backend_load_all_from_path(cString(directory));
  } else ggml.symbols.ggml_backend_load(cString(variant.path));
  symbols.llama_backend_init();
  // Loaded already: this is another handle.
  const cpu = Deno.dlopen(
    variant?.path ?? find(directory, "ggml-cpu"),
    GGML_CPU_SYMBOLS,
  );
  return {
    symbols,
    description: describe(symbols, variant?.name),
    startThreads(count) {
      // With room for more than any version has.
      const params = new Uint8Array(4096);
      base.symbols.ggml_threadpool_params_init(params, count);
      const pointer = cpu.symbols.ggml_threadpool_new(params);
      return {
        pointer,
        pause: () => cpu.symbols.ggml_threadpool_pause(pointer),
        resume: () => cpu.symbols.ggml_threadpool_resume(pointer),
        [Symbol.dispose]: () => cpu.symbols.ggml_threadpool_free(pointer),
      };
    },
  };
}

/**
 * The build of the kernels that fits this processor best, by the score that
 * each gives itself, as llama.cpp chooses; undefined where there is but one,
 * in libggml, or a GPU's beside it.
 */
function bestVariant(
  directory: string,
): { name: string; path: string } | undefined {
  const variants = [...Deno.readDirSync(directory)].flatMap(({ name }) => {
    const [, variant] = /^libggml-cpu-(.+)\.so$/.exec(name) ?? [];
    if (variant === undefined) return [];
    const path = join(directory, name);
    return [{ name: `ggml-cpu-${variant}`, path, score: scoreOf(path) }];
  });
  return variants.filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)[0];
}

function scoreOf(path: string): number {
  const library = Deno.dlopen(path, VARIANT_SYMBOLS);
  try {
    return library.symbols.ggml_backend_score();
  } finally {
    library.close();
  }
}

/** `libllama.so`, `libllama.v0.5.0.so`, `libllama.dylib`, … */
function find(directory: string, name: string): string {
  const pattern = new RegExp(`^lib${name}(\\.v?[\\d.]+)?\\.(so|dylib)$`);
  for (const file of Deno.readDirSync(directory)) {
    if (pattern.test(file.name)) return join(directory, file.name);
  }
  throw new Error(`there is no lib${name}`);
}

/** "CPU : SSE3 = 1 | AVX2 = 1 | … | ", which says 1 for all that it names. */
function describe(symbols: Library, variant: string | undefined): string {
  const pointer = symbols.llama_print_system_info();
  const text = pointer === null
    ? ""
    : Deno.UnsafePointerView.getCString(pointer);
  const features = text.replaceAll(" = 1", "").replace(/[\s|]+$/, "")
    .replaceAll(" | ", ", ").replace(" : ", ": ");
  return variant === undefined ? features : `${variant}; ${features}`;
}
