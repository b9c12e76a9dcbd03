import { assertEquals, assertThrows } from "@std/assert";
import { SHAPES } from "../../lib/bench/shapes.ts";
import {
  expandAlias,
  formatModelName,
  OFFICIAL_MODELS,
  parseModelName,
  requireModelName,
} from "../../lib/hub/mod.ts";
import { isRepo } from "../../lib/hub/model_name.ts";
import { isSafePath } from "../../lib/hub/safe_path.ts";
import { MambaError } from "../../lib/mod.ts";

Deno.test("parseModelName() reads official names, repositories and revisions", () => {
  const names = {
    "mamba-130m": "state-spaces/mamba-130m@main",
    "mamba2-2.7b@v1": "state-spaces/mamba2-2.7b@v1",
    "mamba1": "state-spaces/mamba-130m@main",
    "state-spaces/mamba-2.8b-slimpj": "state-spaces/mamba-2.8b-slimpj@main",
    "a/b@refs/pr/1": "a/b@refs/pr/1",
  };
  for (const [text, expected] of Object.entries(names)) {
    const { repo, revision } = parseModelName(text)!;
    assertEquals(`${repo}@${revision}`, expected);
  }
  assertEquals(
    formatModelName(parseModelName("mamba-130m")!),
    "state-spaces/mamba-130m",
  );
  assertEquals(formatModelName(parseModelName("a/b@v1")!), "a/b@v1");
});

Deno.test("parseModelName() refuses what is no name, and what leads elsewhere", () => {
  const texts = [
    "",
    "mamba",
    "both",
    "fairy-mamba1",
    "a/b/c",
    "/a/b",
    "../b",
    "a/..",
    "a/b@",
    "a/b@../c",
    "a/b@/c",
    "a/b@c/../../d",
    "a--b/c",
    "a/b.git",
    "a/b\\c",
    "a/b\0",
    "https://huggingface.co/a/b",
    "a/b@v1 x",
    "toString",
  ];
  for (const text of texts) assertEquals(parseModelName(text), undefined, text);
  assertThrows(
    () => requireModelName("nothing"),
    MambaError,
    "no name of a model",
  );
});

Deno.test("isRepo() keeps the hub's rules", () => {
  assertEquals(
    ["a/b", "state-spaces/mamba-130m", "a_b/c.d"].map(isRepo),
    [true, true, true],
  );
  assertEquals(
    ["a", "-a/b", "a/-b", "a/b-", "a./b", `a/${"b".repeat(100)}`].map(isRepo),
    [false, false, false, false, false, false],
  );
});

Deno.test("isSafePath() takes paths that stay below their folder only", () => {
  const safe = ["config.json", "a/b.json", ".gitattributes", "a..b", "ünï"];
  const unsafe = [
    "",
    "/etc/passwd",
    "../a",
    "a/../../b",
    "a/..",
    ".",
    "./a",
    "a//b",
    "a/",
    "a\\b",
    "..\\a",
    "C:/a",
    "C:a",
    "a\0b",
    "a\nb",
    "x".repeat(300),
  ];
  assertEquals(safe.filter((path) => !isSafePath(path)), []);
  assertEquals(unsafe.filter(isSafePath), []);
});

Deno.test("expandAlias() knows the words of both models", () => {
  assertEquals(expandAlias("both"), ["mamba-130m", "mamba2-130m"]);
  assertEquals(expandAlias("mamba2"), ["mamba2-130m"]);
  assertEquals(expandAlias("a/b"), ["a/b"]);
  assertEquals(expandAlias("constructor"), ["constructor"]);
});

Deno.test("OFFICIAL_MODELS says of each model what its shape gives", () => {
  assertEquals(OFFICIAL_MODELS.length, 10);
  for (const { name, family, parameters, repo, licence } of OFFICIAL_MODELS) {
    const config = SHAPES[name]!;
    const count = config.tensors().reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    );
    assertEquals([family, parameters], [config.layer, count], name);
    assertEquals([repo, licence], [`state-spaces/${name}`, "Apache-2.0"]);
  }
});
