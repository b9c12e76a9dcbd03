import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ended, withModelsBench } from "./models_bench.ts";
import { form, type Site } from "./test_app.ts";

async function textOf(response: Response): Promise<string> {
  return (await response.text()).replaceAll("\u00a0", " ");
}

/** Sends a form, and follows where it leads. */
async function send(
  site: Site,
  fields: Record<string, string>,
): Promise<string> {
  const response = await site("/models", form(fields));
  assertEquals(response.status, 303, await response.text());
  return response.headers.get("location")!;
}

Deno.test("GET /models lists models with what they need and may", async () => {
  await withModelsBench(async ({ site }) => {
    const response = await site("/models");
    assertEquals(response.status, 200);
    const text = await textOf(response);
    assertStringIncludes(text, "<title>Models · Fresh Mamba</title>");
    assertStringIncludes(text, "Mamba 1 · 3.63 M parameters · apache-2.0");
    assertStringIncludes(text, "0 B of 1 GB");
    assertStringIncludes(text, "Nothing is loaded");
    assertStringIncludes(text, "Nothing was fetched since");
    // 129 million weights: 517 MB in f32, half of it in f16.
    assertMatch(text, /mamba-130m[^]*517 MB[^]*260 MB/);
    assertEquals(text.includes("http-equiv"), false);
  });
});

Deno.test("POST /models pulls, cancels, loads, unloads and deletes", async () => {
  await withModelsBench(async ({ site, hub, pulls }) => {
    const model = "owner/tiny";
    const gate = Promise.withResolvers<void>();
    hub.behaviour = () => ({ beforePiece: () => gate.promise });
    const place = await send(site, { action: "pull", model: " owner/tiny " });
    assertEquals(place, "/models#downloads");
    const pulling = await textOf(await site("/models"));
    assertStringIncludes(pulling, 'http-equiv="refresh"');
    assertStringIncludes(pulling, "Fetching owner/tiny");
    await send(site, { action: "cancel", model, pull: "owner--tiny" });
    assertEquals(await ended(pulls, "owner--tiny"), "cancelled");
    assertStringIncludes(
      await textOf(await site("/models")),
      "owner/tiny was cancelled",
    );
    gate.resolve();
    await send(site, { action: "pull", model });
    assertEquals(await ended(pulls, "owner--tiny"), "done");
    assertEquals(
      await send(site, { action: "load", model, dtype: "q8" }),
      "/models#memory",
    );
    assertStringIncludes(await textOf(await site("/models")), "q8 on");
    await send(site, { action: "unload", model, dtype: "q8" });
    assertStringIncludes(
      await textOf(await site("/models")),
      "Nothing is loaded",
    );
    await send(site, { action: "delete", model });
    const text = await textOf(await site("/models"));
    assertEquals(text.includes('data-model="owner/tiny"'), false);
  });
});

Deno.test("POST /models tells what is wrong where it belongs", async () => {
  await withModelsBench(async ({ site, engine }) => {
    const cases: [Record<string, string>, number, RegExp][] = [
      [
        { action: "pull", model: "../x" },
        400,
        /value="\.\.\/x"[^]*role="alert"/,
      ],
      [{ action: "pull", model: "" }, 400, /role="alert"[^]*is missing/],
      [{ action: "load", model: "tiny", dtype: "q5" }, 400, /role="alert"/],
      [{ action: "delete", model: "tiny" }, 400, /was not downloaded/],
      [{ action: "cancel", pull: "no" }, 404, /Cannot find the download/],
      [{ action: "dance" }, 400, /no such button/],
    ];
    for (const [fields, status, pattern] of cases) {
      const response = await site("/models", form(fields));
      assertEquals(response.status, status);
      assertMatch(await textOf(response), pattern);
    }
    using _lease = await engine.lease("tiny");
    const busy = await site(
      "/models",
      form({ action: "unload", model: "tiny", dtype: "f32" }),
    );
    assertEquals(busy.status, 503);
    assertMatch(await textOf(busy), /id="memory"[^]*it is in use/);
    const foreign = await site("/models", {
      ...form({ action: "pull", model: "owner/tiny" }),
      headers: { origin: "https://elsewhere.example" },
    });
    assertEquals(foreign.status, 403);
  });
});

Deno.test("the page says when a model alone takes more than the limit", async () => {
  await withModelsBench(async ({ site }) => {
    await send(site, { action: "load", model: "tiny" });
    const text = await textOf(await site("/models"));
    assertStringIncludes(text, "tiny alone takes more than the limit of 100 B");
  }, { limit: 100 });
});
