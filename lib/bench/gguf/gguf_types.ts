/** How a tensor's numbers are stored in a GGUF file, as ggml names it. */
export type GgufType = "F32" | "F16" | "BF16" | "Q8_0" | "Q4_0";

/** A stored type: its number, and how many weights take how many bytes. */
export interface GgufTypeTraits {
  /** ggml's number of the type. */
  code: number;
  /** llama.cpp's number of a file whose matrices are of the type. */
  fileType: number;
  /** Weights that are stored together. */
  block: number;
  /** Bytes of a block. */
  bytes: number;
}

/** Every type that is written here. */
export const GGUF_TYPES: Readonly<Record<GgufType, GgufTypeTraits>> = {
  F32: { code: 0, fileType: 0, block: 1, bytes: 4 },
  F16: { code: 1, fileType: 1, block: 1, bytes: 2 },
  Q4_0: { code: 2, fileType: 2, block: 32, bytes: 18 },
  Q8_0: { code: 8, fileType: 7, block: 32, bytes: 34 },
  BF16: { code: 30, fileType: 32, block: 1, bytes: 2 },
};

/** The bytes that so many weights take. */
export function ggufBytes(type: GgufType, count: number): number {
  const { block, bytes } = GGUF_TYPES[type];
  return count / block * bytes;
}
