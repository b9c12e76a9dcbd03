import { createHandle } from "./create_handle.ts";
import { openLibrary } from "./library.ts";
import { cString } from "./structs.ts";

/** A memory-mapped file of weights. */
export class NativeFile implements Disposable {
  readonly pointer: Deno.PointerObject;

  constructor(path: string) {
    this.pointer = createHandle((slot, error, capacity) =>
      openLibrary().symbols.mamba_file_open(
        cString(path),
        slot,
        error,
        capacity,
      )
    );
  }

  [Symbol.dispose](): void {
    openLibrary().symbols.mamba_file_close(this.pointer);
  }
}
