import { quote } from "./checkpoint_error.ts";
import { nameOpcode } from "./pickle_opcodes.ts";
import { PickleStream } from "./pickle_stream.ts";
import {
  build,
  type Fail,
  findGlobal,
  persistentLoad,
  reduce,
} from "./pickle_torch.ts";
import {
  describeValue,
  PickleDict,
  PickleTuple,
  type PickleValue,
} from "./pickle_values.ts";

/** The biggest published Mamba needs 25 000. */
const MAX_OPCODES = 400_000;
const MAX_STACK = 100_000;
const MAX_PROTOCOL = 5;

/**
 * Reads a pickle as plain data. It knows the opcodes that torch.save writes
 * for a state dict and those of later protocols that only hold data; nothing
 * is imported or called. See `pickle_torch.ts` for the names that are allowed.
 *
 * @param fail Makes the error that is thrown at anything else.
 */
export function unpickle(
  bytes: Uint8Array<ArrayBuffer>,
  fail: Fail,
): PickleValue {
  return new Unpickler(bytes, fail).run();
}

class Unpickler {
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at the open marks. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #stream: PickleStream;
  readonly #fail: Fail;

  constructor(bytes: Uint8Array<ArrayBuffer>, fail: Fail) {
    this.#stream = new PickleStream(bytes, fail);
    this.#fail = fail;
  }

  run(): PickleValue {
    for (let count = 0; count < MAX_OPCODES; count++) {
      const opcode = this.#stream.byte();
      if (opcode === 0x2e) return this.#stop();
      const known = this.#data(opcode) || this.#container(opcode) ||
        this.#stackOrMemo(opcode) || this.#object(opcode);
      if (!known) {
        throw this.#stream.error(`${nameOpcode(opcode)} is not allowed`);
      }
      if (this.#stack.length > MAX_STACK) {
        throw this.#stream.error("too many values");
      }
    }
    throw this.#stream.error("too many opcodes");
  }

  #stop(): PickleValue {
    const value = this.#pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) {
      throw this.#stream.error("values are left over at its end");
    }
    if (!this.#stream.ended) {
      throw this.#stream.error("bytes follow its end");
    }
    return value;
  }

  /** Opcodes that push numbers, strings, bytes and constants. */
  #data(opcode: number): boolean {
    switch (opcode) {
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(this.#stream.byte());
      case 0x4d: // BININT2
        return this.#push(this.#stream.uint16());
      case 0x4a: // BININT
        return this.#push(this.#stream.int32());
      case 0x8a: // LONG1
        return this.#push(this.#stream.long(this.#stream.byte()));
      case 0x8b: // LONG4
        return this.#push(this.#stream.long(this.#stream.length(4)));
      case 0x47: // BINFLOAT
        return this.#push(this.#stream.float64());
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING
        return this.#push(this.#stream.text(this.#stream.length(4)));
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return this.#push(this.#stream.text(this.#stream.byte()));
      case 0x8d: // BINUNICODE8
        return this.#push(this.#stream.text(this.#stream.length(8)));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#stream.slice(this.#stream.byte()));
      case 0x42: // BINBYTES
        return this.#push(this.#stream.slice(this.#stream.length(4)));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#push(this.#stream.slice(this.#stream.length(8)));
      default:
        return false;
    }
  }

  /** Opcodes that build tuples, lists and dicts. */
  #container(opcode: number): boolean {
    switch (opcode) {
      case 0x29: // EMPTY_TUPLE
        return this.#push(new PickleTuple([]));
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push(new PickleTuple(this.#popMany(opcode - 0x84)));
      case 0x74: // TUPLE
        return this.#push(new PickleTuple(this.#popToMark()));
      case 0x5d: // EMPTY_LIST
        return this.#push([]);
      case 0x6c: // LIST
        return this.#push(this.#popToMark());
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x7d: // EMPTY_DICT
        return this.#push(new PickleDict());
      case 0x64: { // DICT
        const items = this.#popToMark();
        this.#push(new PickleDict());
        return this.#setItems(items);
      }
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      default:
        return false;
    }
  }

  /** Opcodes that move values, and those that frame the stream. */
  #stackOrMemo(opcode: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.#stream.byte() > MAX_PROTOCOL) {
          throw this.#stream.error("a later protocol");
        }
        return true;
      case 0x95: // FRAME
        this.#stream.length(8);
        return true;
      case 0x28: // MARK
        this.#marks.push(this.#stack.length);
        if (this.#marks.length > MAX_STACK) {
          throw this.#stream.error("too many marks");
        }
        return true;
      case 0x30: // POP
        this.#pop();
        return true;
      case 0x31: // POP_MARK
        this.#popToMark();
        return true;
      case 0x32: // DUP
        return this.#push(this.#top());
      case 0x68: // BINGET
        return this.#push(this.#recall(this.#stream.byte()));
      case 0x6a: // LONG_BINGET
        return this.#push(this.#recall(this.#stream.uint32()));
      case 0x71: // BINPUT
        return this.#remember(this.#stream.byte());
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#stream.uint32());
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      default:
        return false;
    }
  }

  /** Opcodes that Python would import or call something for. */
  #object(opcode: number): boolean {
    switch (opcode) {
      case 0x63: { // GLOBAL
        const module = this.#stream.line();
        return this.#push(findGlobal(module, this.#stream.line(), this.#fail));
      }
      case 0x93: { // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#push(findGlobal(module, name, this.#fail));
      }
      case 0x52: { // REDUCE
        const [callable, args] = this.#popMany(2);
        return this.#push(reduce(callable, args, this.#fail));
      }
      case 0x62: { // BUILD
        const state = this.#pop();
        build(this.#top(), state, this.#fail);
        return true;
      }
      case 0x51: // BINPERSID
        return this.#push(persistentLoad(this.#pop(), this.#fail));
      default:
        return false;
    }
  }

  #push(value: PickleValue): true {
    this.#stack.push(value);
    return true;
  }

  /** The stack may not be emptied below the innermost open mark. */
  #popMany(count: number): PickleValue[] {
    const start = this.#stack.length - count;
    if (start < (this.#marks.at(-1) ?? 0)) {
      throw this.#stream.error("it takes more values than there are");
    }
    return this.#stack.splice(start);
  }

  #pop(): PickleValue {
    return this.#popMany(1)[0] ?? null;
  }

  #popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#stream.error("a mark is missing");
    return this.#stack.splice(mark);
  }

  #top(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) {
      throw this.#stream.error("it takes more values than there are");
    }
    return this.#stack.at(-1) ?? null;
  }

  #append(items: PickleValue[]): true {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#stream.error("appending to no list");
    for (const item of items) list.push(item);
    return true;
  }

  #setItems(items: PickleValue[]): true {
    const dict = this.#top();
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0) {
      throw this.#stream.error("setting items of no dict");
    }
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string" && typeof key !== "number") {
        throw this.#stream.error(`a dict's key is ${describeValue(key)}`);
      }
      if (dict.entries.has(key)) {
        throw this.#stream.error(
          `a dict has the key ${quote(String(key))} twice`,
        );
      }
      dict.entries.set(key, items[i + 1] ?? null);
    }
    return true;
  }

  #remember(slot: number): true {
    this.#memo.set(slot, this.#top());
    return true;
  }

  #recall(slot: number): PickleValue {
    const value = this.#memo.get(slot);
    if (value === undefined) {
      throw this.#stream.error(`memo slot ${slot} was never written`);
    }
    return value;
  }
}
