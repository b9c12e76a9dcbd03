import {
  type CheckpointFile,
  decodeUtf8,
  foreignReason,
} from "./checkpoint_file.ts";
import { quote } from "./checkpoint_error.ts";
import { findZipDirectory, readUint64, viewOf } from "./zip_end_record.ts";

/** One stored entry of a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Where the entry's bytes begin in the file. */
  readonly offset: number;
  /** How many bytes it has; they are not compressed. */
  readonly size: number;
}

interface CentralRecord extends ZipEntry {
  readonly localOffset: number;
  readonly hasDescriptor: boolean;
}

const LOCAL_SIGNATURE = 0x04034b50;
const CENTRAL_SIGNATURE = 0x02014b50;

const ENCRYPTED = 1;
const HAS_DESCRIPTOR = 8;

/**
 * Reads a zip archive's directory and checks every entry's local header
 * against it. Zip64 is understood. Refused by name: compressed or encrypted
 * entries, entries that overlap, lie outside the file or appear twice, and
 * names that leave the archive.
 *
 * @throws {MambaError} `invalid_checkpoint` or `unsupported`.
 */
export async function readZipDirectory(
  file: CheckpointFile,
): Promise<Map<string, ZipEntry>> {
  await checkStart(file);
  const { count, size, offset } = await findZipDirectory(file);
  const view = viewOf(await file.read(offset, size));
  const records = new Map<string, CentralRecord>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { record, next } = readCentralRecord(file, view, at);
    if (records.has(record.name)) {
      throw file.refuse(`zip entry ${quote(record.name)} is there twice`);
    }
    records.set(record.name, record);
    at = next;
  }
  if (at !== size) {
    throw file.refuse("the zip directory's size and count disagree");
  }
  return await locateEntries(file, records, offset);
}

async function checkStart(file: CheckpointFile): Promise<void> {
  const start = await file.read(0, Math.min(256, file.size));
  if (file.size === 0) throw file.refuse("it is empty");
  const foreign = foreignReason(start);
  if (foreign !== undefined) throw file.refuse(foreign.reason, foreign);
  if (start[0] === 0x80 && start[2] === 0x8a && start[3] === 0x0a) {
    throw file.refuse("it is of the torch.save format before 1.6, not a zip", {
      code: "unsupported",
      hint: "Load it with PyTorch ≥ 1.6 and torch.save it again.",
    });
  }
  if (
    start.length < 4 || viewOf(start).getUint32(0, true) !== LOCAL_SIGNATURE
  ) {
    throw file.refuse("it is not a zip archive, as torch.save writes it");
  }
}

function readCentralRecord(
  file: CheckpointFile,
  view: DataView<ArrayBuffer>,
  at: number,
): { record: CentralRecord; next: number } {
  if (
    at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL_SIGNATURE
  ) throw file.refuse("the zip directory is damaged");
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw file.refuse("the zip directory is damaged");
  const name = readName(file, view, at + 46, nameEnd);
  const sizes = readSizes(file, view, at, nameEnd, extraEnd);
  if ((flags & ENCRYPTED) !== 0) {
    throw file.refuse(`zip entry ${quote(name)} is encrypted`);
  }
  if (method !== 0) {
    throw file.refuse(
      `zip entry ${quote(name)} is compressed (method ${method})`,
      {
        code: "unsupported",
        hint:
          "torch.save compresses nothing: load it with PyTorch, save again.",
      },
    );
  }
  if (sizes.size !== sizes.compressedSize) {
    throw file.refuse(`zip entry ${quote(name)} has two different sizes`);
  }
  const record = {
    name,
    offset: 0,
    size: sizes.size,
    localOffset: sizes.localOffset,
    hasDescriptor: (flags & HAS_DESCRIPTOR) !== 0,
  };
  return { record, next };
}

function readName(
  file: CheckpointFile,
  view: DataView<ArrayBuffer>,
  start: number,
  end: number,
): string {
  const bytes = new Uint8Array(view.buffer, start, end - start);
  const name = decodeUtf8(
    bytes,
    () => file.refuse("a zip entry's name is not UTF-8"),
  );
  const parts = name.split("/");
  // deno-lint-ignore no-control-regex -- a name with control characters is the case
  if (parts.includes("..") || parts[0] === "" || /[\\\0-\x1f]/.test(name)) {
    throw file.refuse(
      `zip entry ${quote(name)} has a name that is not allowed`,
    );
  }
  return name;
}

/** Sizes and place of an entry, from the zip64 extra field where it says so. */
function readSizes(
  file: CheckpointFile,
  view: DataView<ArrayBuffer>,
  at: number,
  extraStart: number,
  extraEnd: number,
) {
  let field = extraStart;
  let fieldEnd = extraStart;
  while (field + 4 <= extraEnd) {
    const dataEnd = field + 4 + view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === 1) {
      fieldEnd = Math.min(dataEnd, extraEnd);
      break;
    }
    field = dataEnd;
  }
  let next = field + 4;
  const wide = (small: number) => {
    if (small !== 0xffffffff) return small;
    if (next + 8 > fieldEnd) {
      throw file.refuse("a zip entry's zip64 field is missing or too short");
    }
    next += 8;
    return readUint64(file, view, next - 8);
  };
  // The order of the fields in the extra field is the order of these lines.
  const size = wide(view.getUint32(at + 24, true));
  const compressedSize = wide(view.getUint32(at + 20, true));
  const localOffset = wide(view.getUint32(at + 42, true));
  return { size, compressedSize, localOffset };
}

/** Reads the local headers, and sees that no two entries share a byte. */
async function locateEntries(
  file: CheckpointFile,
  records: Map<string, CentralRecord>,
  directoryOffset: number,
): Promise<Map<string, ZipEntry>> {
  const order = [...records.values()]
    .sort((a, b) => a.localOffset - b.localOffset);
  const entries = new Map<string, ZipEntry>();
  let end = 0;
  for (const record of order) {
    const { name, localOffset, size } = record;
    if (localOffset < end || localOffset + 30 > directoryOffset) {
      throw file.refuse(
        `zip entry ${quote(name)} at ${localOffset} overlaps another entry ` +
          "or lies outside the file",
      );
    }
    const offset = await readLocalHeader(file, record);
    end = offset + size;
    if (end > directoryOffset) {
      throw file.refuse(
        `zip entry ${quote(name)} claims ${size} bytes, more than there are`,
      );
    }
    entries.set(name, { name, offset, size });
  }
  return entries;
}

async function readLocalHeader(
  file: CheckpointFile,
  { name, localOffset, size, hasDescriptor }: CentralRecord,
): Promise<number> {
  const fail = () =>
    file.refuse(
      `zip entry ${quote(name)}: its own header and the directory disagree`,
    );
  const nameBytes = new TextEncoder().encode(name);
  const header = await file.read(localOffset, 30 + nameBytes.length);
  const view = viewOf(header);
  if (
    view.getUint32(0, true) !== LOCAL_SIGNATURE ||
    view.getUint16(8, true) !== 0 ||
    view.getUint16(26, true) !== nameBytes.length
  ) throw fail();
  const localSize = view.getUint32(22, true);
  const unknown = hasDescriptor && localSize === 0;
  if (localSize !== size && localSize !== 0xffffffff && !unknown) throw fail();
  if (!nameBytes.every((byte, i) => byte === header[30 + i])) throw fail();
  return localOffset + 30 + nameBytes.length + view.getUint16(28, true);
}
