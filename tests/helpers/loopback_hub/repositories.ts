import { createHash } from "node:crypto";

/** A file of the loopback hub. */
export interface HubFile {
  name: string;
  content: Uint8Array<ArrayBuffer>;
  /** Kept in large file storage, that is on the other host. */
  lfs: boolean;
}

/** A repository of the loopback hub. */
export interface HubRepository {
  repo: string;
  commit: string;
  files: HubFile[];
  /** Wants this token. */
  token?: string;
}

/** The SHA-256 of bytes, in hexadecimal digits. */
export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The name that git gives to a file's content. */
export function gitHash(content: Uint8Array): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content)
    .digest("hex");
}

/** What the cache names a file's content by. */
export function etagOf({ content, lfs }: HubFile): string {
  return lfs ? sha256(content) : gitHash(content);
}

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

const encoder = new TextEncoder();

/** A text as a small file. */
export function textFile(name: string, text: string): HubFile {
  return { name, content: encoder.encode(text), lfs: false };
}

/** Bytes as a large file. */
export function largeFile(
  name: string,
  content: Uint8Array<ArrayBuffer>,
): HubFile {
  return { name, content, lfs: true };
}

/** A config in the state-spaces form whose tokenizer is GPT-NeoX's. */
export const STATE_SPACES_CONFIG = JSON.stringify({
  d_model: 8,
  n_layer: 1,
  vocab_size: 50277,
  ssm_cfg: {},
  rms_norm: true,
  pad_vocab_size_multiple: 8,
});

/** A repository as `state-spaces/mamba-130m` is one, its weights being noise. */
export function stateSpacesModel(
  repo: string,
  weights: Uint8Array<ArrayBuffer> = noise(100_000),
): HubRepository {
  return {
    repo,
    commit: gitHash(encoder.encode(repo)),
    files: [
      textFile(".gitattributes", "*.bin filter=lfs\n"),
      textFile("README.md", "# A model\n"),
      textFile("config.json", STATE_SPACES_CONFIG),
      largeFile("pytorch_model.bin", weights),
    ],
  };
}

/** What stands for GPT-NeoX's tokenizer. */
export function tokenizerRepository(
  tokenizer = '{"version":"1.0"}',
): HubRepository {
  return {
    repo: "EleutherAI/gpt-neox-20b",
    commit: "c292233c833e336628618a88a648727eb3dff0a7",
    files: [
      textFile("config.json", '{"model_type":"gpt_neox"}'),
      textFile("tokenizer.json", tokenizer),
      textFile("tokenizer_config.json", "{}"),
      largeFile("model-00001-of-00046.safetensors", noise(5000, 7)),
    ],
  };
}

/** A folder's files as a repository: a real checkpoint. */
export async function repositoryOf(
  repo: string,
  directory: string,
): Promise<HubRepository> {
  const files: HubFile[] = [];
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile) continue;
    const content = await Deno.readFile(`${directory}/${name}`);
    files.push({ name, content, lfs: /\.(safetensors|bin)$/.test(name) });
  }
  return { repo, commit: gitHash(encoder.encode(repo)), files };
}
