import { assert, assertEquals, assertThrows } from "@std/assert";
import { unpickle } from "../../lib/weights/unpickler.ts";
import { PickleDict, PickleTuple } from "../../lib/weights/pickle_values.ts";
import { PickleWriter } from "./helpers/pickle_builder.ts";

class Refusal extends Error {}
const refuse = (reason: string) => new Refusal(reason);
const read = (bytes: Uint8Array<ArrayBuffer>) => unpickle(bytes, refuse);
const pickle = () => new PickleWriter();

/** A pickle written out in Latin-1. */
const stream = (text: string) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("unpickle() reads every kind of plain data of protocols 2 to 5", () => {
  const cases: [string, unknown][] = [
    ["\x80\x02N.", null],
    ["\x80\x05\x95\x02\0\0\0\0\0\0\0\x88.", true],
    ["\x89.", false],
    ["K\xc8.", 200],
    ["M\x01\x02.", 513],
    ["J\xfb\xff\xff\xff.", -5],
    ["\x8a\x00.", 0],
    ["\x8a\x02\xff\xff.", -1],
    ["\x8b\x01\0\0\0\x07.", 7],
    ["G\x3f\xf8\0\0\0\0\0\0.", 1.5],
    ["X\x03\0\0\0a\xc3\xa9.", "aé"],
    ["\x8c\x02ab.", "ab"],
    ["\x8d\x01\0\0\0\0\0\0\0a.", "a"],
    ["U\x01a.", "a"],
    ["C\x02\x01\x02.", Uint8Array.of(1, 2)],
    ["B\x01\0\0\0\x09.", Uint8Array.of(9)],
    [").", new PickleTuple([])],
    ["K\x01\x85.", new PickleTuple([1])],
    ["(K\x01K\x02t.", new PickleTuple([1, 2])],
    ["](K\x01K\x02eK\x03a.", [1, 2, 3]],
    ["(K\x01K\x02l.", [1, 2]],
    ["K\x01(K\x02K\x031.", 1],
    ["K\x01K\x020.", 1],
  ];
  for (const [text, value] of cases) assertEquals(read(stream(text)), value);
  const dict = read(stream("(K\x01K\x02dK\x03K\x04s."));
  assert(dict instanceof PickleDict);
  assertEquals([...dict.entries], [[1, 2], [3, 4]]);
});

Deno.test("unpickle() keeps big integers exact", () => {
  assertEquals(read(pickle().integer(2n ** 62n).text(".").finish()), 2n ** 62n);
  assertEquals(
    read(pickle().integer(-(2n ** 40n)).text(".").finish()),
    -(2 ** 40),
  );
});

Deno.test("unpickle() recalls what it memoised, a list within itself included", () => {
  const loop = read(pickle().text("]q\x00h\x00a.").finish());
  assert(Array.isArray(loop) && loop[0] === loop);
  for (const get of ["h\0", "j\0\0\0\0"]) {
    const twice = read(stream(`K\x05\x94${get}\x86.`));
    assertEquals(twice, new PickleTuple([5, 5]));
  }
});

Deno.test("unpickle() keeps keys away from every prototype", () => {
  const dict = read(
    pickle().text("}").string("__proto__").text("}").string("polluted")
      .bytes([0x88]).text("ss.").finish(),
  );
  assert(dict instanceof PickleDict);
  assertEquals([...dict.entries.keys()], ["__proto__"]);
  assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
});

const GLOBALS: [string, string][] = [
  ["os", "system"],
  ["builtins", "eval"],
  ["__builtin__", "getattr"],
  ["torch", "load"],
  ["torch.storage", "_load_from_bytes"],
  ["torch._utils", "_rebuild_parameter"],
  ["torch", "_utils._rebuild_tensor_v2"],
  ["torch._utils._rebuild_tensor_v2", ""],
  ["collections", "OrderedDict.fromkeys"],
  ["collections", "defaultdict"],
  ["", "collections.OrderedDict"],
  ["torch", "FloatStorage.from_buffer"],
  ["torch", "constructor"],
  ["__main__", "x"],
];
for (const [module, name] of GLOBALS) {
  Deno.test(`unpickle() refuses the global ${module}.${name}`, () => {
    const plain = pickle().protocol(2).global(module, name).text(".");
    assertThrows(() => read(plain.finish()), Refusal, "not allowed");
    const stacked = pickle().protocol(4).string(module).string(name)
      .bytes([0x93]).text("0N.");
    assertThrows(() => read(stacked.finish()), Refusal, "not allowed");
  });
}

/** What each is written as, opcode by opcode, in Latin-1. */
const STREAMS: [string, string, string][] = [
  ["nothing", "", "cut off"],
  ["no STOP", "\x80\x02N", "cut off"],
  ["protocol 6", "\x80\x06N.", "later protocol"],
  ["an empty stack at STOP", ".", "more values"],
  ["values left over", "NN.", "left over"],
  ["an open mark", "N(.", "more values"],
  ["a mark left open below", "(N.", "left over"],
  ["bytes behind STOP", "N.N", "bytes follow"],
  ["a memo slot never written", "h\x09.", "memo slot 9"],
  ["LONG_BINGET of 2^32 − 1", "j\xff\xff\xff\xff.", "memo slot"],
  ["BINPUT on an empty stack", "q\x00.", "more values"],
  ["POP on an empty stack", "0.", "more values"],
  ["TUPLE without mark", "Nt.", "mark is missing"],
  ["TUPLE3 of two", "NN\x87.", "more values"],
  ["values from below a mark", "N(\x85.", "more values"],
  ["REDUCE of a string", "X\x01\x00\x00\x00f)R.", "calls a string"],
  ["REDUCE of a list", "])R.", "calls a list"],
  ["OrderedDict with arguments", "ccollections\nOrderedDict\n(]tR.", "calls"],
  ["BUILD of a list", "]}b.", "sets attributes of a list"],
  ["BUILD with attributes", "}}X\x01\x00\x00\x00xNsb.", "sets attributes"],
  ["SETITEM on a list", "]NNs.", "no dict"],
  ["APPEND to a dict", "}Na.", "no list"],
  ["an integer of 17 bytes", "\x8a\x11" + "\0".repeat(17) + ".", "17 bytes"],
  ["LONG4 of 2 GiB", "\x8b\xff\xff\xff\x7f.", "more than it has"],
  ["BINUNICODE of 4 GiB", "X\xff\xff\xff\xff.", "more than it has"],
  ["BINUNICODE8 of 2^63", "\x8d\0\0\0\0\0\0\0\x80.", "more than it has"],
  ["BYTEARRAY8 of 2^40", "\x96\0\0\0\0\0\x01\0\0.", "more than it has"],
  ["a frame beyond the end", "\x95\xff\0\0\0\0\0\0\0N.", "more than it has"],
  ["a string that is not UTF-8", "\x8c\x01\xff.", "not UTF-8"],
  ["GLOBAL without line ends", "cos", "cut off"],
  ["a persistent id that is a string", "\x8c\x01xQ.", "no storage"],
  ["a persistent id of four", "(NNNNtQ.", "no storage"],
  ["INST", "(ios\nsystem\n.", "INST"],
  ["OBJ", "(o.", "OBJ"],
  ["NEWOBJ", "N)\x81.", "NEWOBJ"],
  ["NEWOBJ_EX", "N)}\x92.", "NEWOBJ_EX"],
  ["EXT1", "\x82\x01.", "EXT1"],
  ["PERSID", "P1\n.", "PERSID"],
  ["READONLY_BUFFER", "\x98.", "READONLY_BUFFER"],
  ["an opcode that there is not", "\xff.", "0xff (unknown)"],
];
for (const [what, text, phrase] of STREAMS) {
  Deno.test(`unpickle() refuses a stream with ${what}`, () => {
    assertThrows(() => read(stream(text)), Refusal, phrase);
  });
}

Deno.test("unpickle() gives up on endless streams", () => {
  const repeat = (opcodes: string, count: number) =>
    stream(opcodes.repeat(count));
  assertThrows(() => read(repeat("N", 500_000)), Refusal, "too many values");
  assertThrows(() => read(repeat("(", 500_000)), Refusal, "too many marks");
  assertThrows(
    () => read(repeat("N0", 500_000)),
    Refusal,
    "too many opcodes",
  );
});

Deno.test("unpickle() survives deep nesting and nested doubling", () => {
  const deep = pickle().text(")");
  for (let i = 0; i < 100_000; i++) deep.bytes([0x85]);
  assert(read(deep.text(".").finish()) instanceof PickleTuple);
  // Each tuple holds the one before it twice: 2^60 leaves if walked.
  const doubling = pickle().text(")");
  for (let i = 0; i < 60; i++) doubling.bytes([0x32, 0x86]);
  assert(read(doubling.text(".").finish()) instanceof PickleTuple);
});
