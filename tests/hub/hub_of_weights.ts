/**
 * A hub whose weights are answered in another way at each request.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import type { PullEvent } from "../../lib/api/pull_event.ts";
import {
  type Behaviour,
  LoopbackHub,
} from "../helpers/loopback_hub/loopback_hub.ts";
import type { Misbehaviour } from "../helpers/loopback_hub/misbehaviour.ts";
import {
  noise,
  stateSpacesModel,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { pull, tree } from "./cache_folder.ts";

export const MODEL = "state-spaces/mamba-130m";
export const WEIGHTS = "pytorch_model.bin";
export const CONTENT = noise(300_000);

/** Each request for the weights in turn is answered in another way. */
export function inTurn(...ways: (Misbehaviour | undefined)[]): Behaviour {
  return (file, request) => {
    const content = file === WEIGHTS &&
      new URL(request.url).searchParams.has("signature");
    return content ? ways.shift() : undefined;
  };
}

/** Starts it. */
export function startHub(behaviour: Behaviour): LoopbackHub {
  const model = stateSpacesModel(MODEL, CONTENT);
  return LoopbackHub.start({
    repositories: [model, tokenizerRepository()],
    behaviour,
  });
}

/** Pulls, and compares the weights with what they must be. */
export async function pullWhole(hub: LoopbackHub, cache: string) {
  const events: PullEvent[] = [];
  const pulled = await pull(hub, cache, MODEL, {
    onEvent: (event) => events.push(event),
    stallMs: 300,
  });
  assertEquals(await Deno.readFile(join(pulled.directory, WEIGHTS)), CONTENT);
  assertEquals(await leftovers(cache), []);
  const retries = events.filter((event) => event.type === "retry");
  return { events, retries, pulled };
}

/** Files that are not complete. */
export async function leftovers(cache: string): Promise<string[]> {
  return Object.keys(await tree(cache))
    .filter((path) => path.includes(".incomplete"));
}
