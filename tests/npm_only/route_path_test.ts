import { assertEquals } from "@std/assert";
import {
  compareRoutes,
  folderOf,
  patternOf,
} from "../../npm_only/fresh/src/route_path.ts";
import { Router } from "../../npm_only/fresh/src/router.ts";

Deno.test("patternOf() makes URL patterns of files", () => {
  for (
    const [file, pattern] of [
      ["index", "/"],
      ["about", "/about"],
      ["blog/index", "/blog"],
      ["blog/[slug]", "/blog/:slug"],
      ["blog/[slug]/comments", "/blog/:slug/comments"],
      ["old/[...path]", "/old/:path*"],
      ["docs/[[version]]/index", "/docs{/:version}?"],
      ["[[name]]", "/{:name}?"],
      ["(group)/contact", "/contact"],
      ["(group)/index", "/"],
      ["[name]@[version]", "/:name@:version"],
    ] as const
  ) {
    assertEquals(patternOf(file), pattern, file);
  }
});

Deno.test("folderOf() keeps groups: their layouts differ", () => {
  assertEquals(folderOf("index"), "/");
  assertEquals(folderOf("(a)/b/c"), "/(a)/b");
});

Deno.test("compareRoutes() puts the narrower route first", () => {
  const files = ["a/[...rest]", "a/[x]", "a/b", "[...all]", "index", "a/index"];
  assertEquals(files.sort(compareRoutes), [
    "index",
    "a/index",
    "a/b",
    "a/[x]",
    "a/[...rest]",
    "[...all]",
  ]);
});

Deno.test("Router finds fixed paths first, patterns in their order", () => {
  const router = new Router<string>();
  router.add("GET", "/a/:x", "parameter");
  router.add("GET", "/a/:rest*", "rest");
  router.add("GET", "/a/b", "fixed");
  router.add("GET", "/a/b", "too late");
  const item = (path: string) => router.match("GET", path)?.item;
  assertEquals(item("/a/b"), "fixed");
  assertEquals(item("/a/b/"), "fixed");
  assertEquals(item("/a/c"), "parameter");
  assertEquals(item("/a/c/d"), "rest");
  assertEquals(item("/b"), undefined);
});

Deno.test("Router knows a path whose method is missing", () => {
  const router = new Router<string>();
  router.add("GET", "/:id", "get");
  router.add("POST", "/:id", "post");
  assertEquals(router.match("PUT", "/x%20y"), {
    pattern: "/:id",
    params: Object.assign(Object.create(null), { id: "x y" }),
    item: undefined,
    methods: ["GET", "POST"],
  });
  assertEquals(router.match("HEAD", "/x")?.item, "get");
  assertEquals(router.match("GET", "/%E0%A4")?.params.id, "%E0%A4");
});
