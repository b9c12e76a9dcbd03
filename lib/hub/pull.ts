import type { PullEvent, PullFile } from "../api/pull_event.ts";
import { MambaError } from "../api/mamba_error.ts";
import { listShards, readCheckpointConfig } from "../weights/mod.ts";
import { fileSize, RepositoryFolder } from "./cache_layout.ts";
import { findGptNeoxTokenizer } from "./cached_models.ts";
import { downloadFile, type WantedFile } from "./download_file.ts";
import { checkSpace, freeSpace } from "./free_space.ts";
import type { HubClient } from "./hub_client.ts";
import { hubError } from "./hub_error.ts";
import {
  DEFAULT_REVISION,
  formatModelName,
  type ModelName,
} from "./model_name.ts";
import {
  bodyFiles,
  headFiles,
  TOKENIZER_FILES,
  tokenizerFiles,
  usesGptNeoxTokenizer,
} from "./needed_files.ts";
import { TOKENIZER_REPO } from "./official_models.ts";
import type { PulledModel, PullOptions } from "./pull_options.ts";
import { PullProgress } from "./pull_progress.ts";
import type { Repository, RepositoryFile } from "./repository.ts";

/** The work of one {@linkcode pullModel}. */
export class Pull {
  readonly #name: ModelName;
  readonly #model: string;
  readonly #cache: string;
  readonly #client: HubClient;
  readonly #signal: AbortSignal | undefined;
  readonly #tell: (event: PullEvent) => void;
  #fetchedBytes = 0;

  constructor(
    name: ModelName,
    cache: string,
    client: HubClient,
    { signal, onEvent }: PullOptions,
  ) {
    this.#name = name;
    this.#model = formatModelName(name);
    this.#cache = cache;
    this.#client = client;
    this.#signal = signal;
    this.#tell = onEvent ?? (() => {});
  }

  /** Does it. */
  async run(): Promise<PulledModel> {
    const { repo, revision } = this.#name;
    const repository = await this.#ask(this.#name);
    const { commit } = repository;
    const folder = new RepositoryFolder(this.#cache, repo);
    const directory = folder.snapshot(commit);
    // The config first: what is no Mamba model is told before it is fetched.
    const head = headFiles(repository);
    const headWanted = head.files.map((file) => want(repository, file));
    for (const file of headWanted) await this.#fetch(file, () => {});
    const checkpoint = await readCheckpointConfig(directory);

    const weights = await listShards(directory, head.source);
    const own = tokenizerFiles(repository).length > 0;
    const tokenizer = own || !usesGptNeoxTokenizer(checkpoint)
      ? undefined
      : await this.#borrowTokenizer();
    const body = bodyFiles(repository, weights)
      .map((file) => want(repository, file));
    const files = [...headWanted, ...tokenizer?.files ?? [], ...body];
    const totalBytes = await this.#fetchAll(files, commit);
    // Last, so that a model's name never leads to half of it.
    if (tokenizer !== undefined) {
      await new RepositoryFolder(this.#cache, TOKENIZER_REPO)
        .writeRef(DEFAULT_REVISION, tokenizer.commit);
    }
    await folder.writeRef(revision, commit);
    const fetchedBytes = this.#fetchedBytes;
    this.#tell({
      type: "done",
      model: this.#model,
      commit,
      directory,
      totalBytes,
      fetchedBytes,
    });
    return {
      id: this.#model,
      repo,
      revision,
      commit,
      directory,
      totalBytes,
      fetchedBytes,
    };
  }

  #ask(name: ModelName): Promise<Repository> {
    return this.#client.repository(name, {
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      onRetry: (reason, waitMs) => this.#retry("", reason, waitMs),
    });
  }

  /** GPT-NeoX's tokenizer, unless it is there already. */
  async #borrowTokenizer(): Promise<
    { commit: string; files: WantedFile[] } | undefined
  > {
    if (await findGptNeoxTokenizer(this.#cache) !== undefined) return undefined;
    const repository = await this.#ask({
      repo: TOKENIZER_REPO,
      revision: DEFAULT_REVISION,
    });
    const files = tokenizerFiles(repository);
    if (files.length === 0) {
      throw hubError(
        `Cannot fetch the tokenizer of ${TOKENIZER_REPO}: it has no ${
          TOKENIZER_FILES[0]
        }`,
        "Look at HF_ENDPOINT.",
      );
    }
    // tokenizer.json last, by which the others are known to be there.
    return {
      commit: repository.commit,
      files: files.map((file) => want(repository, file)).reverse(),
    };
  }

  /** Plans, checks the room, fetches; gives the bytes of all files. */
  async #fetchAll(
    files: readonly WantedFile[],
    commit: string,
  ): Promise<number> {
    const done = await Promise.all(files.map((file) => this.#present(file)));
    const sum = (numbers: readonly number[]) =>
      numbers.reduce((sum, number) => sum + number, 0);
    const totalBytes = sum(files.map(({ bytes }) => bytes));
    const doneBytes = sum(done);
    const freeBytes = await freeSpace(this.#cache);
    this.#tell({
      type: "plan",
      model: this.#model,
      commit,
      files: files.map(({ repo, name, bytes }, i): PullFile => ({
        repo,
        name,
        bytes,
        doneBytes: done[i]!,
      })),
      totalBytes,
      doneBytes,
      ...(freeBytes === undefined ? {} : { freeBytes }),
    });
    checkSpace(this.#model, this.#cache, totalBytes - doneBytes, freeBytes);
    const progress = new PullProgress(files, done, this.#tell);
    for (const file of files) {
      await this.#fetch(file, (bytes) => progress.update(file, bytes));
    }
    await this.#checkAll(files);
    return totalBytes;
  }

  /** Others may have removed what was fetched first. */
  async #checkAll(files: readonly WantedFile[]): Promise<void> {
    for (const { repo, commit, name, bytes } of files) {
      const folder = new RepositoryFolder(this.#cache, repo);
      if (await fileSize(folder.file(commit, name)) === bytes) continue;
      throw new MambaError(
        "not_found",
        `Cannot fetch ${this.#model}: ${name} was removed meanwhile`,
        { hint: "Do it again, and let nothing clean the cache meanwhile." },
      );
    }
  }

  /** How much of a file is there. */
  async #present(
    { repo, commit, name, etag, bytes }: WantedFile,
  ): Promise<number> {
    const folder = new RepositoryFolder(this.#cache, repo);
    for (const path of [folder.file(commit, name), folder.blob(etag)]) {
      if (await fileSize(path) === bytes) return bytes;
    }
    const partial = await fileSize(folder.partial(etag)) ?? 0;
    return partial > bytes ? 0 : partial;
  }

  async #fetch(
    file: WantedFile,
    onProgress: (bytes: number) => void,
  ): Promise<void> {
    this.#fetchedBytes += await downloadFile(file, {
      client: this.#client,
      folder: new RepositoryFolder(this.#cache, file.repo),
      signal: this.#signal,
      onProgress,
      onCheck: () => this.#tell({ type: "check", file: file.name }),
      onWait: () => this.#tell({ type: "wait", file: file.name }),
      onRetry: (reason, waitMs) => this.#retry(file.name, reason, waitMs),
    });
  }

  #retry(file: string, reason: string, waitMs: number): void {
    const waitSeconds = waitMs / 1000;
    this.#tell({ type: "retry", file, reason, waitSeconds });
  }
}

function want(
  { repo, commit }: Repository,
  file: RepositoryFile,
): WantedFile {
  return { repo, commit, ...file };
}
