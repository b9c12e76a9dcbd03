import { MambaError } from "../api/mamba_error.ts";
import { escapeUnsafe } from "../api/load_error.ts";
import { hubError } from "./hub_error.ts";
import { isSafePath } from "./safe_path.ts";

/** A file as the hub lists it. */
export interface RepositoryFile {
  /** Its path in the repository. */
  name: string;
  bytes: number;
  /**
   * What its content is named by in the cache: the SHA-256 of a large file (64
   * digits), git's SHA-1 of a small one (40).
   */
  etag: string;
}

/** A repository at a commit. */
export interface Repository {
  /** As the hub writes it: names are found in any case, and after a move. */
  repo: string;
  /** 40 hexadecimal digits. */
  commit: string;
  files: RepositoryFile[];
}

/**
 * Reads the hub's answer about a repository.
 *
 * @throws {MambaError} `network` if it is none, or if a file's name would lead
 * out of the folder
 */
export function parseRepository(
  bytes: Uint8Array,
  repo: string,
  host: string,
): Repository {
  const refuse = (reason: string): MambaError =>
    hubError(
      `Cannot fetch the model ${repo}: ${host} ${reason}`,
      "Look at HF_ENDPOINT: it must be a hub of models.",
    );
  const json = parseJson(bytes);
  const { sha, siblings } = json ?? {};
  if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha)) {
    throw refuse("does not say which commit it is");
  }
  if (!Array.isArray(siblings)) throw refuse("does not list its files");
  const files = siblings.map((sibling: unknown) => {
    const file = readFile(sibling);
    if (file !== undefined) return file;
    throw refuse("lists a file without name, size and hash");
  });
  for (const { name } of files) {
    if (isSafePath(name)) continue;
    throw refuse(
      `lists a file that would leave its folder: ${
        escapeUnsafe(JSON.stringify(name.slice(0, 200)))
      }`,
    );
  }
  return { repo, commit: sha, files };
}

function readFile(sibling: unknown): RepositoryFile | undefined {
  const { rfilename, size, blobId, lfs } = (sibling ?? {}) as Record<
    string,
    unknown
  >;
  const { sha256, size: lfsSize } = (lfs ?? {}) as Record<string, unknown>;
  const etag = sha256 ?? blobId;
  const bytes = lfsSize ?? size;
  const fine = typeof rfilename === "string" && typeof etag === "string" &&
    /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag) &&
    Number.isSafeInteger(bytes) && (bytes as number) >= 0;
  return fine ? { name: rfilename, bytes: bytes as number, etag } : undefined;
}

function parseJson(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes));
    return typeof json === "object" && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
