import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { State } from "../../lib/web/define.ts";
import { ended, LLAMA, REQUEST, start, withSite } from "./benchmark_site.ts";
import { FakeEngine } from "./fake_engine.ts";
import { form, json, siteOver } from "./test_app.ts";

Deno.test("POST /api/benchmark starts one, its events tell all of it", async () => {
  await withSite(async (site, fake) => {
    const id = await start(site);
    const second = await site("/api/benchmark", json(REQUEST));
    assertEquals(second.status, 503);
    assertEquals((await second.json()).error.code, "busy");
    fake.allow(1);
    const run = await ended(site, id);
    assertEquals([run.state, run.report?.rows.length], ["done", 6]);
    const kept = await (await site(`/api/benchmark/${id}`)).json();
    assertEquals(kept.report.rows.length, 6);
    // Not over HTTP, which a server may not open: the library alone.
    assertEquals([fake.asked[0]?.http, fake.asked[0]?.peers], [false, false]);
  });
});

Deno.test("POST /api/benchmark/:id/stop ends one between measurements", async () => {
  await withSite(async (site) => {
    const id = await start(site);
    const stopped = await site(`/api/benchmark/${id}/stop`, { method: "POST" });
    assertEquals((await stopped.json()).stopping, true);
    assertEquals((await ended(site, id)).state, "stopped");
  });
});

Deno.test("GET /api/benchmark/:id?format= makes files of a benchmark", async () => {
  await withSite(async (site, fake) => {
    const id = await start(site);
    fake.allow(1);
    await ended(site, id);
    const imported = await site("/api/benchmark/import", json(LLAMA));
    const other = (await imported.json()).id;
    const file = async (query: string) => {
      const response = await site(`/api/benchmark/${id}?${query}`);
      const name = response.headers.get("content-disposition");
      const type = response.headers.get("content-type");
      return { name, type, text: await response.text() };
    };
    const csv = await file("format=csv");
    assertEquals(csv.type, "text/csv; charset=utf-8");
    assertStringIncludes(csv.name!, `benchmark-${id}.csv`);
    assertEquals(csv.text.trim().split("\r\n").length, 7);
    assertStringIncludes((await file("format=md")).text, "| tg128 @ d4096 |");
    assertEquals(JSON.parse((await file("format=json")).text).id, id);
    const svg = await file(`format=svg&with=${other}`);
    assertEquals(svg.type, "image/svg+xml; charset=utf-8");
    assertMatch(svg.text, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assertStringIncludes(svg.text, "Abacus &lt;8&gt; &amp; sons");
    assertStringIncludes(svg.text, `#${other} · mamba 0.1B f32 · llama.cpp`);
    assertEquals(svg.text.match(/var\(|undefined|NaN|\[object/g), null);
    const wrong = await site(`/api/benchmark/${id}?format=pdf`);
    assertEquals(wrong.status, 400);
    assertEquals((await wrong.json()).error.field, "format");
  });
});

Deno.test("/api/benchmark refuses what is wrong", async () => {
  await withSite(async (site) => {
    const cases: [string, RequestInit, number][] = [
      ["/api/benchmark", json({}), 400],
      ["/api/benchmark", json({ models: ["none"] }), 404],
      ["/api/benchmark", { method: "DELETE" }, 405],
      ["/api/benchmark", json({ a: "a".repeat(20_000) }), 413],
      ["/api/benchmark/import", json("nonsense"), 400],
      ["/api/benchmark/99", {}, 404],
      ["/api/benchmark/x", {}, 404],
      ["/api/benchmark/99/events", {}, 404],
      ["/api/benchmark/99/stop", { method: "POST" }, 404],
      ["/api/benchmark", json(REQUEST, { origin: "http://else.where" }), 403],
    ];
    for (const [path, init, status] of cases) {
      const response = await site(path, init);
      assertEquals(response.status, status, `${path} ${init.body}`);
      await response.body?.cancel();
    }
  });
});

Deno.test("GET /benchmark offers a form with all of its choices", async () => {
  await withSite(async (site) => {
    const html = await (await site("/benchmark")).text();
    assertStringIncludes(html, "<title>Benchmark · Fresh Mamba</title>");
    for (
      const choice of [
        "tiny",
        "mamba2-2.7b",
        "pp2048",
        "q4",
        "100000",
        "stored",
      ]
    ) {
      assertStringIncludes(html, `value="${choice}"`);
    }
    assertMatch(html, /Anything else that this machine does disturbs/);
    assertStringIncludes(html, "None yet.");
    assertEquals(html.includes("bench-chart"), false);
    const missing = await site("/benchmark?run=99");
    assertEquals(missing.status, 404);
    assertStringIncludes(await missing.text(), "Cannot find run 99");
  });
});

Deno.test("POST /benchmark starts, shows, stops and compares by forms", async () => {
  await withSite(async (site, fake) => {
    const fields = new URLSearchParams({ action: "start", repetitions: "1" });
    for (const [name, values] of Object.entries(REQUEST)) {
      for (const value of values) fields.append(name, String(value));
    }
    fields.append("dtypes", "f32");
    fields.append("batches", "1");
    const started = await site("/benchmark", { method: "POST", body: fields });
    assertEquals(started.status, 303);
    const address = started.headers.get("location")!;
    const working = await (await site("/benchmark")).text();
    // Without scripts the page of a run at work loads itself again.
    assertStringIncludes(
      working,
      '<noscript><meta http-equiv="refresh" content="5; url=/benchmark"/>',
    );
    assertStringIncludes(working, "Drawn when the first model is measured");
    fake.allow(1);
    await ended(site, address.split("=")[1]!);
    const html = await (await site(address)).text();
    assertStringIncludes(html, "Done: 6 numbers.");
    assertStringIncludes(html, "Decode by depth");
    assertMatch(html, /aria-label="Prefill, tokens per second[^"]*pp128/);
    assertMatch(html, /<th scope="row">tg128 @ d4096<\/th>/);
    assertStringIncludes(html, "<td>50.0 % of bandwidth</td>");
    const imported = await site(
      "/benchmark",
      form({ action: "import", results: LLAMA }),
    );
    const other = imported.headers.get("location")!.split("=")[1];
    const both = await (await site(`${address}&with=${other}`)).text();
    assertStringIncludes(both, `#${other} · mamba 0.1B f32 · llama.cpp`);
    const again = await site("/benchmark", { method: "POST", body: fields });
    const running = again.headers.get("location")!;
    await site(running, form({ action: "stop" }));
    const stopped = await ended(site, running.split("=")[1]!);
    assertEquals(stopped.state, "stopped");
  });
});

Deno.test("POST /benchmark keeps the form and names what is wrong", async () => {
  await withSite(async (site) => {
    const cases: [Record<string, string>, string][] = [
      [{ tests: "tg128" }, "models"],
      [{ shapes: "mamba-tiny", tests: "tg" }, "tests"],
      [{ shapes: "mamba-tiny", threads: "two" }, "threads"],
      [{ models: "none" }, "models"],
    ];
    for (const [values, field] of cases) {
      const response = await site(
        "/benchmark",
        form({
          ...{ action: "start", tests: "tg8", dtypes: "f32" },
          ...{ batches: "1", depths: "0" },
          ...values,
        }),
      );
      const html = await response.text();
      assertEquals([400, 404].includes(response.status), true);
      assertMatch(html, /class="alert" role="alert"/);
      assertMatch(
        html,
        new RegExp(`class="field-error" id="${field}-help"`),
        JSON.stringify(values),
      );
    }
    const refused = await site(
      "/benchmark",
      form({ action: "import", results: "nonsense" }),
    );
    assertEquals(refused.status, 400);
    assertStringIncludes(await refused.text(), "it is no JSON");
  });
});

Deno.test("benchmarks are shown where no history is kept", async () => {
  await withSite(async (site, fake) => {
    const id = await start(site);
    assertEquals(id, "unkept-1");
    fake.allow(1);
    await ended(site, id);
    const html = await (await site(`/benchmark?run=${id}`)).text();
    assertStringIncludes(html, "Done: 6 numbers.");
    assertStringIncludes(html, "No history is kept");
  }, false);
});

Deno.test("benchmarks go on where the history is damaged", async () => {
  await withSite(async (site, fake) => {
    const page = await site("/benchmark");
    assertEquals(page.status, 200);
    assertStringIncludes(await page.text(), "but are not kept");
    const id = await start(site);
    fake.allow(1);
    assertEquals((await ended(site, id)).state, "done");
  }, "damaged");
});

Deno.test("a benchmark is not begun without a word while a model is trained", async () => {
  const training = {
    list: () => Promise.resolve([{ status: "running" }]),
  } as unknown as State["runs"];
  const site = siteOver(new FakeEngine(), undefined, training);
  const html = await (await site("/benchmark")).text();
  assertStringIncludes(html, "A model is being trained.");
});
