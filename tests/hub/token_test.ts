import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PullEvent } from "../../lib/api/pull_event.ts";
import { MambaError } from "../../lib/mod.ts";
import { LoopbackHub } from "../helpers/loopback_hub/loopback_hub.ts";
import {
  stateSpacesModel,
  tokenizerRepository,
} from "../helpers/loopback_hub/repositories.ts";
import { pull, withCache } from "./cache_folder.ts";

const MODEL = "state-spaces/mamba-130m";
const TOKEN = "hf_averysecrettoken";

function privateHub(): LoopbackHub {
  return LoopbackHub.start({
    repositories: [
      { ...stateSpacesModel(MODEL), token: TOKEN },
      tokenizerRepository(),
    ],
  });
}

Deno.test("the token goes to the hub and to no host that it redirects to", async () => {
  await using hub = privateHub();
  await withCache(async (cache) => {
    const events: PullEvent[] = [];
    await pull(hub, cache, MODEL, {
      token: TOKEN,
      onEvent: (event) => events.push(event),
    });
    const tokens = (host: string) =>
      hub.requests.filter((request) => request.host === host)
        .map(({ headers }) => headers.get("authorization"));
    assertEquals([...new Set(tokens("hub"))], [`Bearer ${TOKEN}`]);
    assertEquals([...new Set(tokens("storage"))], [null]);
    const headers = hub.requests.filter(({ host }) => host === "storage")
      .flatMap((request) => [...request.headers, request.path]);
    assert(!JSON.stringify([headers, events]).includes(TOKEN));
  });
});

Deno.test("no host of a chain of redirects gets the token", async () => {
  // hub → other host → hub again: a chain that others have a part in.
  await using hub = LoopbackHub.start({
    repositories: [stateSpacesModel(MODEL), tokenizerRepository()],
  });
  await using between = LoopbackHub.start({
    repositories: [],
    onRequest: () => Response.redirect(`${hub.storage}/anywhere`),
  });
  hub.behaviour = () => ({ location: `${between.endpoint}/steal` });
  await withCache(async (cache) => {
    await assertRejects(() => pull(hub, cache, MODEL, { token: TOKEN }));
    assert(between.requests.length > 0);
    for (const { headers } of between.requests) {
      assertEquals(headers.get("authorization"), null);
    }
  });
});

Deno.test("no error says the token or a signed address", async () => {
  await using hub = privateHub();
  await withCache(async (cache) => {
    // A wrong token, a broken storage, a redirect in circles.
    hub.behaviour = () => ({ breakAfter: 10 });
    const errors = [
      await assertRejects(() =>
        pull(hub, cache, MODEL, { token: `${TOKEN}x` })
      ),
      await assertRejects(() =>
        pull(hub, cache, MODEL, { token: TOKEN, attempts: 1 })
      ),
    ];
    hub.behaviour = () => ({
      location: "http://127.0.0.1:9/?signature=secret",
    });
    errors.push(
      await assertRejects(() =>
        pull(hub, cache, MODEL, { token: TOKEN, attempts: 1 })
      ),
    );
    for (const error of errors) {
      assert(error instanceof MambaError);
      const text = `${error.message} ${error.hint} ${error.stack}`;
      assert(!text.includes(TOKEN) && !text.includes("secret"), text);
    }
    assertEquals(
      errors.map((error) => (error as MambaError).code),
      ["network", "network", "network"],
    );
  });
});

Deno.test("a private model without a token is told with what helps", async () => {
  await using hub = privateHub();
  await withCache(async (cache) => {
    const error = await assertRejects(
      () => pull(hub, cache, MODEL),
      MambaError,
      "or it is private",
    );
    assertEquals([error.code, error.field], ["not_found", "model"]);
    assert(error.hint?.includes("HF_TOKEN"));
    const wrong = await assertRejects(
      () => pull(hub, cache, MODEL, { token: "other" }),
      MambaError,
      "does not accept the token",
    );
    assertEquals(wrong.code, "network");
  });
});

/** Answers requests without a network, for addresses that tests have none of. */
async function withFetch<T>(
  answer: (url: URL, headers: Headers) => Response,
  work: () => Promise<T>,
): Promise<T> {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) =>
    Promise.resolve(
      answer(new URL(input as URL), new Headers(init?.headers)),
    );
  try {
    return await work();
  } finally {
    globalThis.fetch = real;
  }
}

Deno.test("a token goes over encrypted connections only", async () => {
  for (
    const [endpoint, sent] of [
      ["https://hub.example", true],
      ["http://hub.example", false],
      ["http://127.0.0.1.example", false],
      ["http://127.0.0.1:1234", true],
    ] as const
  ) {
    const seen: boolean[] = [];
    await withCache((cache) =>
      withFetch((_url, headers) => {
        seen.push(headers.has("authorization"));
        return new Response(null, { status: 404 });
      }, () =>
        assertRejects(() =>
          pull({ endpoint } as LoopbackHub, cache, MODEL, { token: TOKEN })
        ))
    );
    assertEquals(seen, [sent], endpoint);
  }
});

Deno.test("a redirect from https to http is not followed", async () => {
  let asked = 0;
  await withCache((cache) =>
    withFetch(() => {
      asked++;
      return Response.redirect("http://hub.example/x");
    }, () =>
      assertRejects(
        () =>
          pull(
            { endpoint: "https://hub.example" } as LoopbackHub,
            cache,
            MODEL,
          ),
        MambaError,
        "without encryption",
      ))
  );
  assertEquals(asked, 1);
});
