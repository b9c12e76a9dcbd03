import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { GenerateEvent } from "../../lib/api/generate_event.ts";
import { describeSystem } from "../../lib/engine/describe_system.ts";
import { Engine } from "../../lib/engine/engine.ts";
import { readEventStream } from "../../lib/web/read_event_stream.ts";
import { form, json, type Site, siteOver } from "./test_app.ts";

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

async function withSite(run: (site: Site, engine: Engine) => Promise<void>) {
  await using engine = Engine.open({ directories: [FIXTURES] });
  await run(siteOver(engine, describeSystem), engine);
}

async function eventsOf(response: Response): Promise<GenerateEvent[]> {
  const frames = await Array.fromAsync(readEventStream(response.body!));
  return frames.map(({ data }) => JSON.parse(data));
}

const REQUEST = {
  prompt: "Once upon a time",
  maxTokens: 16,
  ignoreEos: true,
  seed: 1,
};

Deno.test("every fixture answers over HTTP, streamed and whole alike", async () => {
  await withSite(async (site) => {
    const models = await (await site("/api/models")).json();
    assert(models.length > 1);
    for (const { id, error } of models) {
      assertEquals(error, undefined);
      const body = json({ ...REQUEST, model: id });
      const events = await eventsOf(await site("/api/generate", body));
      const pieces = events.map((event) =>
        event.type === "token" ? event.text : ""
      );
      const done = events.at(-1);
      assert(done?.type === "done");
      assertEquals(pieces.join(""), done.text);
      const accepting = json({ ...REQUEST, model: id }, {
        accept: "application/json",
      });
      const whole = await (await site("/api/generate", accepting)).json();
      assertEquals(whole.text, done.text);
      assertEquals(whole.ids.length, 16);
      assertEquals(whole.model, id);
    }
  });
});

Deno.test("a posted form gives the text that the stream gives", async () => {
  await withSite(async (site) => {
    const { prompt, maxTokens, seed } = REQUEST;
    const events = await eventsOf(await site("/api/generate", json(REQUEST)));
    const done = events.at(-1);
    assert(done?.type === "done");
    const page = await site(
      "/",
      form({
        prompt,
        maxTokens: String(maxTokens),
        seed: String(seed),
        ignoreEos: "on",
      }),
    );
    assertEquals(page.status, 200);
    const html = await page.text();
    assertStringIncludes(html, "Finished after 16 tokens");
    assertStringIncludes(html, "its text is noise");
  });
});

Deno.test("leaving a stream frees the real engine", async () => {
  await withSite(async (site, engine) => {
    const response = await site(
      "/api/generate",
      json({ ...REQUEST, maxTokens: 900_000 }),
    );
    const reader = response.body!.getReader();
    for (let frame = 0; frame < 5; frame++) await reader.read();
    assertEquals(engine.status().active, 1);
    await reader.cancel();
    assertEquals(engine.status().active, 0);
  });
});
