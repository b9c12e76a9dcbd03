import { ByteWriter } from "./byte_writer.ts";

/** An entry; what is not data is there to be wrong on purpose. */
export interface ZipPart {
  name: string;
  data: Uint8Array;
  method?: number;
  flags?: number;
  /** Sizes behind the data instead of before it, as torch writes them. */
  descriptor?: boolean;
  /** Sizes and place in the zip64 extra field. */
  zip64?: boolean;
  localName?: string;
  localSize?: number;
  size?: number;
  compressedSize?: number;
  localOffset?: number;
}

/** The end of an archive; numbers other than the true ones are lies. */
export interface ZipEnd {
  /** Write the zip64 end record and its locator, and saturate the plain one. */
  zip64?: boolean;
  count?: number;
  directoryOffset?: number;
  directorySize?: number;
  comment?: string;
  trailing?: Uint8Array;
  withoutEnd?: boolean;
}

const FULL = 0xffffffff;

/** Builds a zip archive of stored entries. */
export function buildZip(
  parts: readonly ZipPart[],
  end: ZipEnd = {},
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  const offsets = parts.map((part) => {
    const offset = out.length;
    writeLocal(out, part);
    return offset;
  });
  const directory = new ByteWriter();
  parts.forEach((part, i) => writeCentral(directory, part, offsets[i] ?? 0));
  const place = {
    offset: end.directoryOffset ?? out.length,
    size: end.directorySize ?? directory.length,
    count: end.count ?? parts.length,
  };
  out.bytes(directory.finish());
  if (!end.withoutEnd) writeEnd(out, place, end);
  return out.bytes(end.trailing ?? []).finish();
}

function writeLocal(out: ByteWriter, part: ZipPart): void {
  const name = new TextEncoder().encode(part.localName ?? part.name);
  const size = part.descriptor ? 0 : part.localSize ?? part.data.length;
  out.u32(0x04034b50).u16(20).u16(flagsOf(part)).u16(part.method ?? 0)
    .u32(0).u32(0).u32(size).u32(size).u16(name.length).u16(0).bytes(name)
    .bytes(part.data);
  if (!part.descriptor) return;
  out.u32(0x08074b50).u32(0).u32(part.data.length).u32(part.data.length);
}

function writeCentral(out: ByteWriter, part: ZipPart, offset: number): void {
  const name = new TextEncoder().encode(part.name);
  const size = part.size ?? part.data.length;
  const compressed = part.compressedSize ?? size;
  const place = part.localOffset ?? offset;
  const extra = new ByteWriter();
  if (part.zip64) {
    extra.u16(1).u16(24).u64(size).u64(compressed).u64(place);
  }
  out.u32(0x02014b50).u16(20).u16(20).u16(flagsOf(part)).u16(part.method ?? 0)
    .u32(0).u32(0).u32(part.zip64 ? FULL : compressed)
    .u32(part.zip64 ? FULL : size).u16(name.length).u16(extra.length)
    .u16(0).u16(0).u16(0).u32(0).u32(part.zip64 ? FULL : place)
    .bytes(name).bytes(extra.finish());
}

function writeEnd(
  out: ByteWriter,
  place: { offset: number; size: number; count: number },
  end: ZipEnd,
): void {
  const { offset, size, count } = place;
  if (end.zip64) {
    const record = out.length;
    out.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0).u64(count)
      .u64(count).u64(size).u64(offset);
    out.u32(0x07064b50).u32(0).u64(record).u32(1);
  }
  const comment = new TextEncoder().encode(end.comment ?? "");
  const shown = end.zip64 ? 0xffff : count;
  out.u32(0x06054b50).u16(0).u16(0).u16(shown).u16(shown)
    .u32(end.zip64 ? FULL : size).u32(end.zip64 ? FULL : offset)
    .u16(comment.length).bytes(comment);
}

function flagsOf(part: ZipPart): number {
  return (part.flags ?? 0) | (part.descriptor ? 0x808 : 0);
}
