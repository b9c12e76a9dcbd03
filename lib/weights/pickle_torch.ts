import { type CannotLoadOptions } from "../api/load_error.ts";
import { quote } from "./checkpoint_error.ts";
import {
  describeValue,
  PickleDict,
  PickleGlobal,
  PickleStorage,
  PickleTensor,
  PickleTuple,
  type PickleValue,
} from "./pickle_values.ts";

/** Makes the error that refuses the pickle. */
export type Fail = (reason: string, options?: CannotLoadOptions) => Error;

/** For pickles that want something run: they are seldom damage. */
const RUNS_CODE: CannotLoadOptions = {
  hint:
    "Loading it elsewhere may run its code: use it only if you trust its source. Ask there for safetensors.",
};

const ORDERED_DICT = "collections.OrderedDict";
const REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";

/** Everything that a pickle may name: these two, and types of storages. */
const ALLOWED = new Set([
  ORDERED_DICT,
  REBUILD_TENSOR,
  ...("Float Half BFloat16 Double Long Int Short Char Byte Bool " +
    "ComplexFloat ComplexDouble").split(" ")
    .map((type) => `torch.${type}Storage`),
]);

/** GLOBAL and STACK_GLOBAL: a name on the allow-list, or an error. */
export function findGlobal(
  module: PickleValue | undefined,
  name: PickleValue | undefined,
  fail: Fail,
): PickleGlobal {
  if (typeof module !== "string" || typeof name !== "string") {
    throw fail("the pickle names a global by something other than strings");
  }
  const full = `${module}.${name}`;
  // "torch" + "_utils.x" must not pass for "torch._utils" + "x".
  if (!ALLOWED.has(full) || name.includes(".")) {
    throw fail(
      `the pickle names ${quote(full)}, which is not allowed`,
      RUNS_CODE,
    );
  }
  return new PickleGlobal(full);
}

/** REDUCE: builds a dict or a tensor. */
export function reduce(
  callable: PickleValue | undefined,
  args: PickleValue | undefined,
  fail: Fail,
): PickleValue {
  if (callable instanceof PickleGlobal && args instanceof PickleTuple) {
    if (callable.name === ORDERED_DICT && args.items.length === 0) {
      return new PickleDict();
    }
    if (callable.name === REBUILD_TENSOR) return rebuildTensor(args, fail);
  }
  throw fail(
    `the pickle calls ${describeValue(callable)}, which is not allowed`,
    RUNS_CODE,
  );
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. */
function rebuildTensor({ items }: PickleTuple, fail: Fail): PickleTensor {
  const [storage, offset, shape, strides, requiresGrad, hooks, metadata] =
    items;
  const extras = [hooks, metadata ?? null].every((value) =>
    value === null || (value instanceof PickleDict && value.size === 0)
  );
  if (
    (items.length !== 6 && items.length !== 7) || !extras ||
    typeof requiresGrad !== "boolean" || !(storage instanceof PickleStorage) ||
    !isInteger(offset) || !isIntegerTuple(shape) || !isIntegerTuple(strides)
  ) throw fail("the pickle builds a tensor from wrong arguments");
  return new PickleTensor(storage, offset, shape.items, strides.items);
}

/** BINPERSID: `("storage", type, key, location, numel)`. */
export function persistentLoad(
  id: PickleValue | undefined,
  fail: Fail,
): PickleStorage {
  const items = id instanceof PickleTuple ? id.items : [];
  const [word, type, key, location, numel] = items;
  if (
    items.length !== 5 || word !== "storage" ||
    !(type instanceof PickleGlobal) || typeof key !== "string" ||
    typeof location !== "string" || !isInteger(numel)
  ) throw fail("the pickle has a persistent id that is no storage");
  const match = /^torch\.([A-Za-z0-9]+)Storage$/.exec(type.name);
  if (match === null) {
    throw fail(`the pickle has a storage of type ${quote(type.name)}`);
  }
  if (!(numel >= 0 && numel <= Number.MAX_SAFE_INTEGER)) {
    throw fail(`storage ${quote(key)} claims ${numel} numbers`);
  }
  return new PickleStorage(match[1] ?? "", key, Number(numel));
}

/** BUILD: the state of a state dict is its `_metadata`, which is not needed. */
export function build(
  target: PickleValue | undefined,
  state: PickleValue | undefined,
  fail: Fail,
): void {
  const known = target instanceof PickleDict && state instanceof PickleDict &&
    [...state.entries.keys()].every((key) => key === "_metadata");
  if (!known) {
    throw fail(
      `the pickle sets attributes of ${describeValue(target)}, ` +
        "which is not allowed",
    );
  }
}

function isInteger(
  value: PickleValue | undefined,
): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

function isIntegerTuple(
  value: PickleValue | undefined,
): value is PickleTuple & { items: readonly (number | bigint)[] } {
  return value instanceof PickleTuple && value.items.every(isInteger);
}
