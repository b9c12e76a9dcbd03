import { assert, assertEquals, assertRejects } from "@std/assert";
import { MambaError } from "../../../lib/api/mamba_error.ts";
import {
  readDocuments,
  type ReadDocumentsOptions,
} from "../../../lib/training/data/read_documents.ts";
import { withFiles } from "./temporary_folder.ts";

async function textsOf(
  paths: string | string[],
  options?: ReadDocumentsOptions,
): Promise<string[]> {
  const documents = await Array.fromAsync(readDocuments(paths, options));
  return documents.map(({ text }) => text);
}

async function refusal(paths: string | string[]): Promise<MambaError> {
  return await assertRejects(() => textsOf(paths), MambaError);
}

Deno.test("readDocuments() separates a text file at <|endoftext|>", async () => {
  const files = {
    "a.txt": "One.\n\n two \n\n<|endoftext|>\r\n\n  Three.\n<|endoftext|>" +
      "<|endoftext|>\n\n<|endoftext|><|endoftext|last\n",
    "empty.txt": "",
    "breaks.txt": "\n\n\r\n",
    "one.txt": "é",
    "marked.txt": "\ufeffmarked\ufeff",
  };
  await withFiles(files, async (folder) => {
    assertEquals(
      await textsOf(`${folder}/a.txt`),
      ["One.\n\n two ", "  Three.", "<|endoftext|last"],
    );
    assertEquals(await textsOf(`${folder}/empty.txt`), []);
    assertEquals(await textsOf(`${folder}/breaks.txt`), []);
    assertEquals(await textsOf(`${folder}/marked.txt`), ["marked\ufeff"]);
    assertEquals(await textsOf(`${folder}/one.txt`), ["é"]);
  });
});

Deno.test("readDocuments() finds what lies across the pieces that are read", async () => {
  // Of 1 to 4 bytes, so that characters and separators are cut everywhere.
  const documents = Array.from(
    { length: 400 },
    (_, i) => `${i}` + "aé漢🙂".repeat(i),
  );
  const text = documents.join("<|endoftext|>");
  await withFiles({ "a.txt": text }, async (folder) => {
    assertEquals(await textsOf(`${folder}/a.txt`), documents);
  });
});

Deno.test("readDocuments() reads a line of JSON as a document", async () => {
  const lines = [
    '{"text": "\\n one\\u00e9\\n", "id": 1}\r',
    "",
    '{"text": ""}',
    '  {"id": {}, "text": "two<|endoftext|>"}',
  ];
  await withFiles({ "a.jsonl": lines.join("\n") }, async (folder) => {
    const found = await Array.fromAsync(readDocuments(`${folder}/a.jsonl`));
    assertEquals(found, [
      { text: "\n oneé\n", source: `${folder}/a.jsonl:1` },
      { text: "two<|endoftext|>", source: `${folder}/a.jsonl:4` },
    ]);
  });
});

Deno.test("readDocuments() names the line that is not what it should be", async () => {
  for (
    const bad of ["{", "[]", "null", "5", '{"Text": "x"}', '{"text": 5}', "x"]
  ) {
    const text = `{"text": "fine"}\n\n${bad}\n`;
    await withFiles({ "a.jsonl": text }, async (folder) => {
      const error = await refusal(folder);
      assertEquals(error.code, "invalid_argument");
      assert(error.message.startsWith(`Cannot read ${folder}/a.jsonl:3: the`));
    });
  }
});

Deno.test("readDocuments() reads the texts of a folder by name", async () => {
  const files = {
    "b/z.txt": "4",
    "b/c/a.md": "3",
    "a.txt": "1",
    "a0.JSONL": '{"text":"2"}',
    "c.TXT": "5",
    "d.html": "no",
    ".hidden/a.txt": "no",
    "b/.a.txt": "no",
  };
  await withFiles(files, async (folder) => {
    await Deno.symlink(folder, `${folder}/again`);
    await Deno.symlink(`${folder}/a.txt`, `${folder}/z.txt`);
    assertEquals(await textsOf(folder), ["1", "2", "3", "4", "5", "1"]);
    assertEquals(
      await textsOf([`${folder}/d.html`, `${folder}/b`]),
      ["no", "3", "4"],
    );
  });
});

Deno.test("readDocuments() names the first byte that is not UTF-8", async () => {
  const start = "ab\ufffdé".repeat(30_000);
  const length = new TextEncoder().encode(start).length;
  for (
    const [offset, bytes] of [
      [0, [0xff, 0x61]],
      [1, [0x61, 0xc3, 0x28]],
      [0, [0xef, 0xbf, 0x61]],
      [2, [0x61, 0x62, 0xe6, 0xbc]],
      [0, [0xed, 0xa0, 0x80]],
      [3, [0xc3, 0xa9, 0x61, 0x80, 0x61]],
    ] as const
  ) {
    for (const before of ["", start]) {
      const content = new Uint8Array([
        ...new TextEncoder().encode(before),
        ...bytes,
      ]);
      await withFiles({ "a.txt": content }, async (folder) => {
        const at = offset + (before === "" ? 0 : length);
        const { code, message } = await refusal(`${folder}/a.txt`);
        assertEquals([code, message], [
          "invalid_argument",
          `Cannot read ${folder}/a.txt: byte ${at} is not UTF-8`,
        ]);
      });
    }
  }
});

Deno.test("readDocuments() says which path has nothing to read", async () => {
  await withFiles({ "a.html": "no", "b/c.txt": "" }, async (folder) => {
    assertEquals((await refusal(`${folder}/none`)).code, "not_found");
    await Deno.remove(`${folder}/b`, { recursive: true });
    const { code, message } = await refusal(folder);
    assertEquals(code, "invalid_argument");
    assert(message.startsWith(`Cannot read ${folder}: no file in it`));
  });
});

Deno.test("readDocuments() tells how many bytes it has read", async () => {
  const files = { "a.txt": "é<|endoftext|>b", "b.txt": "x".repeat(100_000) };
  await withFiles(files, async (folder) => {
    const seen: [number, number][] = [];
    await textsOf(folder, { onProgress: (...one) => seen.push(one) });
    assertEquals(seen[0], [16, 100_016]);
    assertEquals(seen.at(-1), [100_016, 100_016]);
  });
});

Deno.test("readDocuments() stops when it is told to", async () => {
  await withFiles({ "a.txt": "a", "b.txt": "b" }, async (folder) => {
    const controller = new AbortController();
    const read: string[] = [];
    const error = await assertRejects(async () => {
      const { signal } = controller;
      for await (const { text } of readDocuments(folder, { signal })) {
        read.push(text);
        controller.abort();
      }
    }, MambaError);
    assertEquals([error.code, read], ["aborted", ["a"]]);
  });
});
