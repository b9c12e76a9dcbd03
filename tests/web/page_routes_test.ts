import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { FakeEngine, modelInfo } from "./fake_engine.ts";
import { form, siteOver } from "./test_app.ts";

/** The text of a page without markup, white space folded. */
function textOf(html: string): string {
  return html.replace(/<[^>]*>/g, " ").replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&").replace(/\s+/g, " ");
}

function valueOf(html: string, id: string): string | undefined {
  const [tag] = html.match(new RegExp(`<input[^>]*id="${id}"[^>]*>`)) ?? [""];
  return tag.match(/value="([^"]*)"/)?.[1];
}

Deno.test("GET / shows a form with every control labelled", async () => {
  const html = await (await siteOver(new FakeEngine())("/")).text();
  for (const name of ["model", "prompt", "maxTokens", "topK", "seed", "stop"]) {
    assertStringIncludes(html, `name="${name}"`);
    assertStringIncludes(html, `for="${name}"`);
  }
  assertStringIncludes(html, "<title>Playground · Fresh Mamba</title>");
  assertMatch(html, /<form[^>]*method="post"/);
  assertStringIncludes(textOf(html), "129 M parameters");
});

Deno.test("GET / sets headers that keep other sites out", async () => {
  const { headers } = await siteOver(new FakeEngine())("/");
  const policy = headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'none'");
  assertStringIncludes(policy, "script-src 'self'");
  assertEquals(policy.includes("unsafe-inline"), false);
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("referrer-policy"), "same-origin");
});

Deno.test("GET / takes the prompt and settings from the address", async () => {
  const site = siteOver(new FakeEngine());
  const html = await (await site("/?prompt=Hello+%3Cb%3E&topK=7")).text();
  assertStringIncludes(html, "Hello &lt;b>");
  assertEquals(valueOf(html, "topK"), "7");
});

Deno.test("GET / takes the model from the address", async () => {
  const models = [{}, { id: "tale-1", name: "tale-1" }].map(modelInfo);
  const site = siteOver(new FakeEngine(models));
  const html = await (await site("/?model=tale-1")).text();
  assertMatch(
    html,
    /<option[^>]*(selected[^>]*value="tale-1"|value="tale-1"[^>]*selected)/,
  );
});

Deno.test("GET / says that a model is untrained, broken or missing", async () => {
  const page = async (...models: Parameters<typeof modelInfo>[0][]) =>
    textOf(
      await (await siteOver(new FakeEngine(models.map(modelInfo)))("/")).text(),
    );
  assertStringIncludes(await page({ trained: false }), "its text is noise");
  assertStringIncludes(await page({ error: "Cannot read a.bin" }), "a.bin");
  assertStringIncludes(await page({ hasTokenizer: false }), "no tokenizer");
  assertStringIncludes(await page(), "There is no model here yet.");
  // A broken model is never the one that is chosen first.
  const html = await page({ id: "a", name: "a", error: "Cannot read" }, {});
  assertStringIncludes(html, "a (cannot be loaded)");
  assertEquals(html.includes("Cannot read"), false);
});

Deno.test("GET / says why there is no native library", async () => {
  const site = siteOver(new FakeEngine(), () => ({
    version: "0.0.0",
    error: {
      code: "not_found",
      message: "Cannot open the native library",
      hint: "Build it.",
    },
  }));
  const text = textOf(await (await site("/")).text());
  assertStringIncludes(text, "Cannot open the native library Build it.");
});

Deno.test("POST / writes the whole text into the page and keeps the form", async () => {
  const engine = new FakeEngine();
  const response = await siteOver(engine)(
    "/",
    form({
      model: "sound",
      prompt: "One\r\ntwo",
      maxTokens: "3",
      temperature: "0.5",
      seed: "11",
      stop: "END\r\n\\n\\n",
      ignoreEos: "on",
      action: "run",
    }),
  );
  assertEquals(response.status, 200);
  const html = await response.text();
  const request = engine.requests[0];
  assertEquals(request?.prompt, "One\ntwo");
  assertEquals(request?.temperature, 0.5);
  assertEquals(request?.stop, ["END", "\n\n"]);
  assertEquals(request?.ignoreEos, true);
  const text = textOf(html);
  assertStringIncludes(text, "Continuation: 0 1 2");
  assertStringIncludes(text, "Finished after 3 tokens, at the limit.");
  assertStringIncludes(text, "constant: 19.4 MB");
  assertEquals(valueOf(html, "maxTokens"), "3");
  assertEquals(valueOf(html, "seed"), "11");
  assertMatch(html, /<input[^>]*id="ignoreEos"[^>]*checked/);
});

Deno.test("POST / goes on from the end of the text that is shown", async () => {
  const engine = new FakeEngine();
  await siteOver(engine)(
    "/",
    form({ prompt: "edited", text: "One 0 1", action: "continue" }),
  );
  assertEquals(engine.requests[0]?.prompt, "One 0 1");
});

Deno.test("POST / resets the settings and keeps model and prompt", async () => {
  const engine = new FakeEngine([modelInfo(), modelInfo({ id: "other" })]);
  const response = await siteOver(engine)(
    "/",
    form({ model: "other", prompt: "Kept", topK: "7", action: "reset" }),
  );
  const html = await response.text();
  assertEquals(engine.requests, []);
  assertEquals(valueOf(html, "topK"), "0");
  assertStringIncludes(html, "Kept</textarea>");
  assertMatch(html, /<option[^>]*value="other"[^>]*selected/);
});

Deno.test("POST / shows what is wrong beside the field and keeps the form", async () => {
  const site = siteOver(new FakeEngine());
  const cases: [Record<string, string>, number, string][] = [
    [{ prompt: "" }, 400, "prompt"],
    [{ prompt: "a", topP: "3" }, 400, "topP"],
    [{ prompt: "a", maxTokens: "" }, 400, "maxTokens"],
    [{ prompt: "a", seed: "many" }, 400, "seed"],
    [{ prompt: "a", model: "none" }, 404, "model"],
  ];
  for (const [fields, status, field] of cases) {
    const response = await site("/", form({ temperature: "0.25", ...fields }));
    const html = await response.text();
    assertEquals(response.status, status, field);
    assertMatch(html, new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
    assertStringIncludes(html, 'role="alert"');
    assertEquals(valueOf(html, "temperature"), "0.25");
  }
});

Deno.test("POST / shows a page for a body that is too large or foreign", async () => {
  const site = siteOver(new FakeEngine());
  const large = await site("/", form({ prompt: "a".repeat(10 * 1024 * 1024) }));
  assertEquals(large.status, 413);
  assertStringIncludes(await large.text(), 'role="alert"');
  const foreign = await site("/", {
    ...form({ prompt: "a" }),
    headers: { origin: "http://evil.example" },
  });
  assertEquals(foreign.status, 403);
  await foreign.body?.cancel();
});

Deno.test("an unknown address is a page of the site with status 404", async () => {
  const response = await siteOver(new FakeEngine())("/none");
  assertEquals(response.status, 404);
  const policy = response.headers.get("content-security-policy");
  assertNotEquals(policy, null);
  const html = await response.text();
  assertStringIncludes(html, "There is no such page");
  assertStringIncludes(html, 'class="site-header"');
});

Deno.test("a fault is a page with status 500 that tells nothing of it", async () => {
  const { error } = console;
  console.error = () => {};
  try {
    const response = await siteOver(new FakeEngine())("/broken");
    assertEquals(response.status, 500);
    const html = await response.text();
    assertStringIncludes(html, "Something went wrong");
    assertEquals(html.includes("secret"), false);
  } finally {
    console.error = error;
  }
});
