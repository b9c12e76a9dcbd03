import { environment, findLibrary } from "../config.ts";
import { MambaError } from "../api/mamba_error.ts";
import { SYMBOLS, type Symbols } from "./symbols.ts";
import { TRAINING_SYMBOLS, type TrainingSymbols } from "./training_symbols.ts";

/** The version of the C ABI that this code speaks. */
const ABI_VERSION = 1;

/** The opened native library. */
export interface NativeLibrary {
  /** Where it was found. */
  readonly path: string;
  /** The version of its C ABI. */
  readonly abiVersion: number;
  /** Its functions. */
  readonly symbols: Symbols;
}

let opened: NativeLibrary | undefined;

/**
 * Finds and opens libmamba, once per process.
 *
 * @throws {MambaError} `not_found` when there is no library, `permission` when
 * Deno may not open it, `unsupported` when it is of another version or system
 */
export function openLibrary(): NativeLibrary {
  opened ??= open();
  return opened;
}

let training: TrainingSymbols | undefined;

/**
 * The training half of the library, opened when it is first needed.
 *
 * @throws {MambaError} as {@linkcode openLibrary}, and `unsupported` when the
 * library was built without training
 */
export function openTrainingLibrary(): TrainingSymbols {
  training ??= load(openLibrary().path, TRAINING_SYMBOLS);
  return training;
}

function open(): NativeLibrary {
  const { path, tried } = findLibrary();
  if (path === undefined) {
    throw new MambaError(
      "not_found",
      `Cannot open the native library: none of ${tried.length} places has it, the first being ${
        tried[0]
      }`,
      { hint: "Build it with `deno task native`, or set MAMBA_LIBRARY." },
    );
  }
  const symbols = load(path, SYMBOLS);
  const abiVersion = symbols.mamba_abi_version();
  if (abiVersion !== ABI_VERSION) {
    throw new MambaError(
      "unsupported",
      `Cannot use ${path}: its ABI version is ${abiVersion}, this code needs ${ABI_VERSION}`,
      { hint: "Build it again with `deno task native`." },
    );
  }
  return { path, abiVersion, symbols };
}

function load<S extends Deno.ForeignLibraryInterface>(
  path: string,
  symbols: S,
): Deno.StaticForeignLibraryInterface<S> {
  try {
    return Deno.dlopen(path, symbols).symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new MambaError(
        "permission",
        `Cannot open ${path}: Deno may not load native libraries`,
        { hint: "Run Deno with --allow-ffi.", cause: error },
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new MambaError("unsupported", `Cannot open ${path}: ${reason}`, {
      hint: environment("MAMBA_LIBRARY") === undefined
        ? "Build it again with `deno task native`."
        : "Check what MAMBA_LIBRARY points at.",
      cause: error,
    });
  }
}
