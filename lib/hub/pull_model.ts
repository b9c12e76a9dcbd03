import { MambaError } from "../api/mamba_error.ts";
import { hubCacheDirectory, hubEndpoint, hubIsOffline } from "../config.ts";
import { findCachedModel } from "./cached_models.ts";
import { HubClient } from "./hub_client.ts";
import { throwIfCancelled } from "./hub_error.ts";
import { hubToken } from "./hub_token.ts";
import {
  formatModelName,
  type ModelName,
  requireModelName,
} from "./model_name.ts";
import { Pull } from "./pull.ts";
import type { PulledModel, PullOptions } from "./pull_options.ts";

/**
 * Fetches a model, its tokenizer with it, into the cache that the Hugging Face
 * tools use. What is there already is not fetched again, what a broken or
 * killed pull left is gone on with, and every file's hash is checked before it
 * gets its name.
 *
 * ```ts ignore
 * const { directory } = await pullModel("mamba-130m", {
 *   onEvent: (event) => console.log(event),
 * });
 * ```
 *
 * @param name `mamba-130m` … `mamba2-2.7b`, or `owner/name`; `@revision`
 * @throws {MambaError} `not_found`, `unsupported` (no Mamba model), `network`,
 * `disk_full`, `permission`, `aborted`, `invalid_argument`
 */
export async function pullModel(
  name: string,
  options: PullOptions = {},
): Promise<PulledModel> {
  const parsed = requireModelName(name);
  const wanted = requireModelName(
    `${parsed.repo}@${options.revision ?? parsed.revision}`,
  );
  const cache = options.cache ?? hubCacheDirectory();
  throwIfCancelled(options.signal);
  if (options.offline ?? hubIsOffline()) return await takeCached(wanted, cache);
  const token = options.token ?? await hubToken() ?? "";
  const client = new HubClient(
    {
      endpoint: options.endpoint ?? hubEndpoint(),
      token: token === "" ? undefined : token,
    },
    options,
  );
  return await new Pull(wanted, cache, client, options).run();
}

/** What is there, where nobody may be asked. */
async function takeCached(
  name: ModelName,
  cache: string,
): Promise<PulledModel> {
  const model = await findCachedModel(name, cache);
  if (model?.complete) {
    const { id, repo, commit, directory, bytes } = model;
    const { revision } = name;
    return {
      id,
      repo,
      revision,
      commit,
      directory,
      totalBytes: bytes,
      fetchedBytes: 0,
    };
  }
  throw new MambaError(
    "network",
    `Cannot fetch ${
      formatModelName(name)
    }: HF_HUB_OFFLINE forbids it, and it is not in ${cache}`,
    { hint: "Unset HF_HUB_OFFLINE." },
  );
}
