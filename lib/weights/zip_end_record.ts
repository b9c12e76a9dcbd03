import type { CheckpointFile } from "./checkpoint_file.ts";

const END_SIGNATURE = 0x06054b50;
const END64_LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;

const END_BYTES = 22;
const END64_BYTES = 56;
const END64_LOCATOR_BYTES = 20;
const MAX_DIRECTORY_BYTES = 4_000_000;
const MAX_ENTRIES = 10_000;

/** Where a zip archive's central directory is. */
export interface ZipDirectoryPlace {
  /** Number of entries. */
  count: number;
  /** Bytes of the directory. */
  size: number;
  /** Where it begins in the file. */
  offset: number;
}

/**
 * Finds the central directory by the end record, or by the zip64 one.
 *
 * @throws {MambaError} `invalid_checkpoint`.
 */
export async function findZipDirectory(
  file: CheckpointFile,
): Promise<ZipDirectoryPlace> {
  const tailBytes = Math.min(file.size, END_BYTES + 0xffff);
  const tailStart = file.size - tailBytes;
  const tail = viewOf(await file.read(tailStart, tailBytes));
  let at = tailBytes - END_BYTES;
  while (
    at >= 0 && (tail.getUint32(at, true) !== END_SIGNATURE ||
      tail.getUint16(at + 20, true) !== tailBytes - at - END_BYTES)
  ) at--;
  if (at < 0) {
    throw file.refuse("the zip's end record is missing: the file is cut off");
  }
  const disks = tail.getUint32(at + 4, true);
  const plain: ZipDirectoryPlace = {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  const endOffset = tailStart + at;
  const large = await findDirectory64(file, endOffset);
  if (large === undefined) {
    if (disks !== 0 || tail.getUint16(at + 8, true) !== plain.count) {
      throw file.refuse("the zip is in several parts");
    }
    return checkDirectory(file, plain, endOffset);
  }
  const agree = (field: keyof ZipDirectoryPlace, saturated: number) =>
    plain[field] === saturated || plain[field] === large[field];
  if (
    !agree("count", 0xffff) || !agree("size", 0xffffffff) ||
    !agree("offset", 0xffffffff)
  ) throw file.refuse("the zip's two end records disagree");
  return checkDirectory(file, large, large.recordOffset);
}

/** The zip64 end record; undefined if the archive has none. */
async function findDirectory64(
  file: CheckpointFile,
  endOffset: number,
): Promise<ZipDirectoryPlace & { recordOffset: number } | undefined> {
  const locatorOffset = endOffset - END64_LOCATOR_BYTES;
  if (locatorOffset < 0) return undefined;
  const locator = viewOf(await file.read(locatorOffset, END64_LOCATOR_BYTES));
  if (locator.getUint32(0, true) !== END64_LOCATOR_SIGNATURE) return undefined;
  const recordOffset = readUint64(file, locator, 8);
  if (recordOffset + END64_BYTES !== locatorOffset) {
    throw file.refuse("the zip64 end record is not where it should be");
  }
  const record = viewOf(await file.read(recordOffset, END64_BYTES));
  const count = readUint64(file, record, 32);
  if (
    record.getUint32(0, true) !== END64_SIGNATURE ||
    readUint64(file, record, 4) !== END64_BYTES - 12 ||
    record.getUint32(16, true) !== 0 || record.getUint32(20, true) !== 0 ||
    readUint64(file, record, 24) !== count
  ) throw file.refuse("the zip64 end record is damaged");
  return {
    count,
    size: readUint64(file, record, 40),
    offset: readUint64(file, record, 48),
    recordOffset,
  };
}

function checkDirectory(
  file: CheckpointFile,
  directory: ZipDirectoryPlace,
  end: number,
): ZipDirectoryPlace {
  const { count, size, offset } = directory;
  if (offset + size !== end || size > MAX_DIRECTORY_BYTES) {
    throw file.refuse(
      `the zip directory at ${offset} with ${size} bytes does not end where ` +
        `its end record begins, at ${end}`,
    );
  }
  if (count > MAX_ENTRIES || count * 46 > size) {
    throw file.refuse(`${count} zip entries do not fit the directory`);
  }
  return directory;
}

/** A view of all of these bytes. */
export function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit number that is a size or a place in the file. */
export function readUint64(
  file: CheckpointFile,
  view: DataView,
  at: number,
): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(file.size)) {
    throw file.refuse(`the zip names ${value}, more than the file's size`);
  }
  return Number(value);
}
