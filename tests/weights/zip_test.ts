import { assertRefused } from "./helpers/refuses.ts";
import { memoryTensors, torchParts } from "./helpers/small_model.ts";
import { buildZip, type ZipEnd, type ZipPart } from "./helpers/zip_builder.ts";

const PARTS = torchParts(memoryTensors());
const PICKLE = PARTS[0]!;
const STORAGE = PARTS[3]!;

/** The archive with one storage's entry written another way. */
function changed(change: Partial<ZipPart>, end: ZipEnd = {}) {
  return buildZip(
    PARTS.map((part) => part === STORAGE ? { ...part, ...change } : part),
    end,
  );
}

const ENTRY_CASES: [string, Partial<ZipPart>, string][] = [
  ["a compressed entry", { method: 8 }, "compressed (method 8)"],
  ["an encrypted entry", { flags: 1 }, "encrypted"],
  [
    "a size of 4 GiB",
    { size: 0xfffffffe, compressedSize: 0xfffffffe },
    "data/2",
  ],
  [
    "a zip64 size of 2^63",
    { size: 2 ** 63, zip64: true },
    "more than the file",
  ],
  ["a saturated size without zip64 field", { size: 0xffffffff }, "zip64 field"],
  ["two different sizes", { compressedSize: 1 }, "two different sizes"],
  ["another size in the local header", { localSize: 4 }, "disagree"],
  [
    "another name in the local header",
    { localName: "archive/data/7" },
    "disagree",
  ],
  [
    "a longer name in the local header",
    { localName: "archive/data/77" },
    "disagree",
  ],
  ["a place beyond the file", { localOffset: 0x7ffffff0 }, "outside the file"],
  ["a place in the directory's record", { localOffset: 40 }, "data/2"],
  ["the place of another entry", { localOffset: 0 }, "overlaps"],
  ["a zip64 place of 2^60", { localOffset: 2 ** 60, zip64: true }, "more than"],
  [
    "a name that climbs",
    { name: "../../etc/passwd" },
    "name that is not allowed",
  ],
  ["a name that climbs within", { name: "archive/../../x" }, "not allowed"],
  ["an absolute name", { name: "/tmp/x" }, "not allowed"],
  ["a backslash in a name", { name: "archive\\data\\2" }, "not allowed"],
  ["a zero byte in a name", { name: "archive/data/2\0" }, "not allowed"],
  ["a name twice", { name: "archive/data/1" }, "twice"],
  ["a second pickle", { name: "other/data.pkl" }, "2 entries"],
  ["data that is not all there", { data: new Uint8Array(4) }, "4 bytes"],
];
for (const [what, change, phrase] of ENTRY_CASES) {
  Deno.test(`openCheckpoint() refuses a zip with ${what}`, () =>
    assertRefused({ "pytorch_model.bin": changed(change) }, phrase));
}

const END_CASES: [string, ZipEnd, string][] = [
  ["no end record", { withoutEnd: true }, "end record is missing"],
  ["bytes behind the end", { trailing: new Uint8Array(3) }, "end record"],
  ["more entries than there are", { count: PARTS.length + 1 }, "damaged"],
  ["65534 entries", { count: 65534 }, "do not fit"],
  ["fewer entries than there are", { count: 2 }, "disagree"],
  ["no entries", { count: 0 }, "disagree"],
  [
    "a directory beyond the file",
    { directoryOffset: 0x7fffffff },
    "end record",
  ],
  ["a directory at the start", { directoryOffset: 0 }, "end record"],
  ["a directory too small", { directorySize: 46 }, "end record"],
  ["a directory of 4 GiB", { directorySize: 0xfffffffe }, "end record"],
  ["2^60 entries in zip64", { zip64: true, count: 2 ** 60 }, "more than"],
  [
    "a zip64 directory at 2^63",
    { zip64: true, directoryOffset: 2 ** 63 },
    "more than",
  ],
];
for (const [what, end, phrase] of END_CASES) {
  Deno.test(`openCheckpoint() refuses a zip with ${what}`, () =>
    assertRefused({ "pytorch_model.bin": changed({}, end) }, phrase));
}

Deno.test("openCheckpoint() refuses a zip that is no torch.save file", async () => {
  await assertRefused(
    { "pytorch_model.bin": buildZip([STORAGE]) },
    "0 entries",
  );
  const other = { ...PICKLE, name: "a/b/data.pkl" };
  await assertRefused({ "pytorch_model.bin": buildZip([other]) }, "0 entries");
});

Deno.test("openCheckpoint() refuses a zip cut at any length", async () => {
  const whole = buildZip(PARTS);
  for (let length = 0; length < whole.length; length += 397) {
    await assertRefused({ "pytorch_model.bin": whole.slice(0, length) });
  }
});
