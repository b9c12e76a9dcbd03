import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { History } from "../../lib/history/history.ts";
import { FakeEngine } from "./fake_engine.ts";
import { form, json, type Site, siteOver } from "./test_app.ts";

function over(history: History): Site {
  return siteOver(new FakeEngine(), undefined, undefined, history);
}

function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

async function pageOf(site: Site, path: string): Promise<string> {
  return await (await site(path)).text();
}

const RUN = {
  model: "sound",
  prompt: "Once <b>",
  maxTokens: "3",
  temperature: "0.5",
  topK: "7",
  stop: "END\r\n\\n",
  seed: "11",
  ignoreEos: "on",
  action: "run",
};

Deno.test("GET /history says that there is nothing, or that none is kept", async () => {
  using history = new History({ path: ":memory:" });
  const empty = await pageOf(over(history), "/history");
  assertStringIncludes(textOf(empty), "Nothing yet.");
  assertStringIncludes(empty, "<title>History · Fresh Mamba</title>");
  using off = new History();
  assertStringIncludes(
    await pageOf(over(off), "/history"),
    "MAMBA_HISTORY=off",
  );
  assertEquals((await pageOf(over(off), "/")).includes("Keep in"), false);
});

Deno.test("a posted run is listed, and opens with all its settings", async () => {
  using history = new History({ path: ":memory:" });
  const site = over(history);
  await site("/", form({ ...RUN, keep: "on" }));
  await site("/", form({ ...RUN, keep: "off" }));
  const list = await pageOf(site, "/history");
  assertStringIncludes(textOf(list), "1 kept");
  assertStringIncludes(list, "Once &lt;b>");
  assertStringIncludes(textOf(list), "Playground · sound");
  const [, address] = list.match(/href="(\/\?run=\d+)"/)!;
  const html = await pageOf(site, address!);
  for (const [id, value] of [["maxTokens", 3], ["topK", 7], ["seed", 11]]) {
    assertMatch(html, new RegExp(`<input[^>]*id="${id}"[^>]*value="${value}"`));
  }
  assertMatch(html, /<input[^>]*id="ignoreEos"[^>]*checked/);
  assertStringIncludes(html, "END\n\\n</textarea>");
  assertStringIncludes(textOf(html), "Continuation: 0 1 2");
  assertStringIncludes(textOf(html), "Finished after 3 tokens, at the limit.");
});

Deno.test("runs of /api/generate are kept where the page asks for it", async () => {
  using history = new History({ path: ":memory:" });
  const site = over(history);
  const request = { prompt: "Once", maxTokens: 2 };
  await (await site("/api/generate", json(request))).text();
  assertEquals(history.list().total, 0);
  await (await site("/api/generate?keep=on", json(request))).text();
  assertEquals(history.list().total, 1);
});

Deno.test("the history is turned over by kind and by page", async () => {
  using history = new History({ path: ":memory:" });
  for (let i = 0; i < 120; i++) {
    const kind = i % 2 === 0 ? "compare" : "playground";
    history.keeper().begin({
      kind,
      title: `Run ${i}.`,
      models: ["a"],
      body: {},
    });
  }
  const site = over(history);
  const first = await pageOf(site, "/history");
  assertStringIncludes(first, "Run 119.");
  assertStringIncludes(first, "Run 70.");
  assertEquals(first.includes("Run 69."), false);
  const [, older] = first.match(/href="(\/history\?before=\d+)"/)!;
  const second = await pageOf(site, older!);
  assertStringIncludes(second, "Run 69.");
  assertStringIncludes(second, "Newest");
  const compared = await pageOf(site, "/history?kind=compare");
  assertStringIncludes(compared, "Run 118.");
  assertEquals(compared.includes("Run 119."), false);
  assertEquals((await site("/history?kind=opera")).status, 400);
  const api = await (await site("/api/history?limit=2&kind=compare")).json();
  assertEquals(api.entries.map(({ title }: { title: string }) => title), [
    "Run 118.",
    "Run 116.",
  ]);
  assertEquals([api.total, api.next], [60, 117]);
});

Deno.test("records are deleted on the page and over HTTP", async () => {
  using history = new History({ path: ":memory:" });
  for (const title of ["a", "b", "c", "d"]) {
    history.keeper().begin({ kind: "playground", title, models: [], body: {} });
  }
  const site = over(history);
  const [d, c] = history.list().entries.map(({ id }) => id);
  const posted = await site("/history", form({ delete: String(d) }));
  assertEquals(posted.headers.get("location"), "/history");
  assertEquals(
    (await site("/history", form({ delete: String(d) }))).status,
    404,
  );
  const gone = await site(`/api/history/${c}`, { method: "DELETE" });
  assertEquals(gone.status, 204);
  assertEquals((await site(`/api/history/${c}`)).status, 404);
  assertEquals((await site("/api/history/x")).status, 404);
  assertStringIncludes(
    textOf(await pageOf(site, `/?run=${c}`)),
    `Cannot find run ${c} in the history`,
  );
  const foreign = await site("/history", {
    ...form({ action: "clear" }),
    headers: { origin: "http://elsewhere.example" },
  });
  assertEquals([foreign.status, history.list().total], [403, 2]);
  await site("/history?kind=compare", form({ action: "clear" }));
  assertEquals(history.list().total, 2);
  await site("/history", form({ action: "clear" }));
  assertEquals(history.list().total, 0);
});

Deno.test("a damaged history is told on every page, and stops none of them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "mamba-history-" });
  try {
    const path = join(folder, "history.sqlite");
    await Deno.writeTextFile(path, "no database ".repeat(500));
    const failures: unknown[] = [];
    using history = new History({
      path,
      onFailure: (error) => failures.push(error),
    });
    const site = over(history);
    const list = await site("/history");
    assertEquals(list.status, 500);
    const text = textOf(await list.text());
    assertStringIncludes(text, `Cannot use the history ${path}: it is damaged`);
    assertStringIncludes(text, "to another folder");
    for (const page of ["/", "/compare"]) {
      const response = await site(page);
      assertEquals(response.status, 200);
      assertStringIncludes(
        textOf(await response.text()),
        "Runs go on, but are not kept.",
      );
    }
    const run = await site("/", form({ ...RUN, keep: "on" }));
    assertStringIncludes(textOf(await run.text()), "Continuation: 0 1 2");
    assertEquals(failures.length, 1);
    assertEquals((await site("/api/history")).status, 500);
    await Deno.rename(path, join(folder, "away"));
    assertEquals((await site("/history")).status, 200);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
