import { assertEquals, assertMatch } from "@std/assert";
import { type ServerProcess, startServer } from "./browser/server_process.ts";
import { waitFor } from "./browser/wait_for.ts";
import { form, json } from "./test_app.ts";

const ENDLESS = {
  prompt: "On and on",
  maxTokens: 900_000,
  ignoreEos: true,
};

async function active(server: ServerProcess): Promise<number> {
  const response = await fetch(`${server.url}api/health`);
  return (await response.json()).active;
}

/** Sends a request, leaves when the engine works for it, waits for the end. */
async function leave(
  server: ServerProcess,
  path: string,
  init: RequestInit,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const answer = fetch(`${server.url}${path}`, { ...init, signal })
    .then((response) => response.text())
    .then(() => "whole", () => "left");
  await waitFor("a text", async () => await active(server) === 1);
  controller.abort();
  assertEquals(await answer, "left");
  await waitFor("a free engine", async () => await active(server) === 0);
}

Deno.test("a server in a process of its own", async (t) => {
  await using server = await startServer();

  await t.step("frees the engine when a stream's reader goes", async () => {
    await leave(server, "api/generate", json(ENDLESS));
  });

  await t.step("frees the engine when a waiting program goes", async () => {
    const accept = "application/json";
    await leave(server, "api/generate", json(ENDLESS, { accept }));
  });

  await t.step("frees the engine when the reader of a page goes", async () => {
    const { prompt, maxTokens } = ENDLESS;
    const fields = { prompt, maxTokens: String(maxTokens), ignoreEos: "on" };
    await leave(server, "", form(fields));
  });

  await t.step("answers 413 to 10 MB without taking them in", async () => {
    const prompt = "a".repeat(10 * 1024 * 1024);
    const response = await fetch(
      `${server.url}api/generate`,
      json({ prompt }),
    );
    assertEquals(response.status, 413);
    assertEquals((await response.json()).error.field, "prompt");
  });

  await t.step("serves its files and its pages", async () => {
    const types: [string, RegExp][] = [
      ["", /^text\/html/],
      ["styles.css", /^text\/css/],
      ["theme.js", /javascript/],
      ["favicon.svg", /^image\/svg/],
    ];
    for (const [path, type] of types) {
      const response = await fetch(`${server.url}${path}`);
      assertEquals(response.status, 200, path);
      assertMatch(response.headers.get("content-type") ?? "", type);
      await response.body?.cancel();
    }
  });
});
