import { openLibrary } from "./library.ts";
import { callNative } from "./native_error.ts";
import { cString, HandleSlot } from "./structs.ts";

/** A memory-mapped file of weights. */
export class NativeFile implements Disposable {
  readonly pointer: Deno.PointerObject;

  constructor(path: string) {
    const slot = new HandleSlot();
    callNative((error, capacity) =>
      openLibrary().symbols.mamba_file_open(
        cString(path),
        slot.slot,
        error,
        capacity,
      )
    );
    this.pointer = slot.take();
  }

  [Symbol.dispose](): void {
    openLibrary().symbols.mamba_file_close(this.pointer);
  }
}
