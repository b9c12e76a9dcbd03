import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { FixtureApp } from "./fixture.ts";

type Fetch = (request: Request) => Promise<Response>;

Deno.test("a built application answers as Fresh does", async (t) => {
  await using app = await FixtureApp.create();
  const built = await app.build();
  assert(built.success, built.text);
  const server: { default: { fetch: Fetch } } = await import(
    app.file("_fresh/server.js").href
  );
  const site = (path: string, init?: RequestInit) =>
    server.default.fetch(new Request(new URL(path, "http://127.0.0.1"), init));
  const text = async (path: string, init?: RequestInit) =>
    await (await site(path, init)).text();

  await t.step("a page is inside the app wrapper", async () => {
    const response = await site("/nested/");
    assertEquals(response.status, 200);
    assertMatch(response.headers.get("content-type") ?? "", /^text\/html/);
    const html = await response.text();
    assertMatch(html, /^<!DOCTYPE html><html lang="en">/i);
    assertStringIncludes(html, '<section class="layout"><h1>index</h1>');
  });

  await t.step("middlewares run from the outside in", async () => {
    const { headers } = await site("/nested/x");
    assertEquals(headers.get("x-trail"), "main root nested");
    assertEquals((await site("/plain")).headers.get("x-trail"), "main root");
  });

  await t.step("parameters are decoded", async () => {
    assertStringIncludes(await text("/nested/a%20b"), "<h1>a b</h1>");
    assertEquals(await (await site("/api/x/y")).json(), { path: "x/y" });
  });

  await t.step(
    "a handler gives its page data, status and headers",
    async () => {
      assertStringIncludes(await text("/plain?q=%3Cb%3E"), "&lt;b>");
      const response = await site("/plain", {
        method: "POST",
        body: new URLSearchParams({ q: "posted" }),
      });
      assertEquals(response.status, 201);
      assertEquals(response.headers.get("x-own"), "yes");
      assertStringIncludes(await response.text(), ">posted</p>");
    },
  );

  await t.step("handlers answer by method", async () => {
    const echo = await text("/api/echo", { method: "POST", body: "hi" });
    assertEquals(echo, "hi");
    assertEquals(await (await site("/api/echo")).json(), { hello: "there" });
    const head = await site("/api/echo", { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
    assertEquals((await site("/api/echo", { method: "PUT" })).status, 404);
  });

  await t.step("errors are shown by _error.tsx with their status", async () => {
    for (
      const [path, status, shown] of [
        ["/missing", 404, "404"],
        ["/boom", 500, "fault"],
      ] as const
    ) {
      const response = await site(path);
      assertEquals(response.status, status);
      assertStringIncludes(await response.text(), `id="error">${shown}</h1>`);
    }
    const bad = await site("/api/echo", { method: "POST", body: "" });
    assertEquals(bad.status, 400);
  });

  await t.step("a redirect stays on this host", async () => {
    const response = await site("/elsewhere", { redirect: "manual" });
    assertEquals(response.status, 302);
    assertEquals(response.headers.get("location"), "/plain?q=1");
  });

  await t.step("Head changes the document's head", async () => {
    const html = await text("/");
    const head = html.slice(0, html.indexOf("</head>"));
    assertEquals(head.match(/<title[^>]*>[^<]*/g)?.length, 1);
    assertMatch(head, /<title[^>]*>Two counters</);
    assertMatch(head, /<meta[^>]*content="shared"/);
  });

  await t.step(
    "islands are rendered, and their props cannot break out",
    async () => {
      const html = await text("/");
      assertMatch(html, /<b>a<\/b><button[^>]*disabled[^>]*>3</);
      assertStringIncludes(html, "<p>between</p>");
      const begun = html.match(/<script/g)?.length;
      assertEquals(html.match(/<\/script/g)?.length, begun);
    },
  );

  await t.step("a page without islands has no scripts", async () => {
    assertEquals((await text("/plain")).includes("<script"), false);
  });

  await t.step("static files are revalidated, built modules kept", async () => {
    const file = await site("/hello.txt");
    assertEquals(await file.text(), "hello from a file\n");
    assertMatch(file.headers.get("content-type") ?? "", /^text\/plain/);
    assertMatch(file.headers.get("cache-control") ?? "", /no-cache/);
    const etag = file.headers.get("etag") ?? "";
    const again = await site("/hello.txt", {
      headers: { "if-none-match": etag.replace(/^W\/"|"$/g, "") },
    });
    await again.body?.cancel();
    const known = await site("/hello.txt", {
      headers: { "if-none-match": etag },
    });
    await known.body?.cancel();
    assert([again.status, known.status].includes(304));
    assertEquals((await site("/hello.txt", { method: "POST" })).status, 405);
    assertEquals((await site("/../deno.json")).status, 404);

    const module = /\/assets\/client-entry[\w.-]+\.js/.exec(
      await text("/"),
    )?.[0] ?? "";
    const script = await site(module);
    assertMatch(await script.text(), /import/);
    assertStringIncludes(
      script.headers.get("cache-control") ?? "",
      "immutable",
    );
  });
});

Deno.test("a build fails when an island imports what a check refuses", async () => {
  await using app = await FixtureApp.create();
  await Deno.writeTextFile(app.file("secret.ts"), "export const key = 1;\n");
  await Deno.writeTextFile(
    app.file("islands/Label.tsx"),
    `import { key } from "../secret.ts";
export default ({ text }: { text: string }) => <b>{text}{key}</b>;
`,
  );
  const built = await app.build();
  assertEquals(built.success, false);
  assertStringIncludes(built.text, "Cannot import a secret.");
});
