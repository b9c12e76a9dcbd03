/** A tuple; lists are plain arrays. */
export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A dict or OrderedDict. A Map: keys are data and never reach a prototype. */
export class PickleDict {
  #entries: Map<string | number, PickleValue> | undefined;

  /** Made when first needed: a stream can hold very many empty dicts. */
  get entries(): Map<string | number, PickleValue> {
    return this.#entries ??= new Map();
  }

  /** The number of keys. */
  get size(): number {
    return this.#entries?.size ?? 0;
  }
}

/** A name on the allow-list. Nothing is ever called. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** A storage: an entry of the archive with so many numbers of one type. */
export class PickleStorage {
  constructor(
    readonly type: string,
    readonly key: string,
    readonly numel: number,
  ) {}
}

/** The arguments of `_rebuild_tensor_v2`, in numbers, checked later. */
export class PickleTensor {
  constructor(
    readonly storage: PickleStorage,
    readonly offset: number | bigint,
    readonly shape: readonly (number | bigint)[],
    readonly strides: readonly (number | bigint)[],
  ) {}
}

/** Everything that a pickle of a state dict may hold. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleStorage
  | PickleTensor;

/** The kind of a value, for messages. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined || value === null) return "None";
  if (Array.isArray(value)) return "a list";
  if (value instanceof PickleTuple) return "a tuple";
  if (value instanceof PickleDict) return "a dict";
  if (value instanceof PickleGlobal) return value.name;
  if (value instanceof PickleStorage) return "a storage";
  if (value instanceof PickleTensor) return "a tensor";
  if (value instanceof Uint8Array) return "bytes";
  return `a ${typeof value}`;
}
