import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { MambaError, type MambaErrorCode } from "../../lib/api/mamba_error.ts";
import { HistoryDatabase } from "../../lib/history/database.ts";
import { History } from "../../lib/history/history.ts";
import { MIGRATIONS } from "../../lib/history/migrations.ts";

async function withFolder(run: (folder: string) => void | Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "mamba-history-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function refused(work: () => unknown, code: MambaErrorCode): MambaError {
  const error = assertThrows(work, MambaError);
  assertEquals(error.code, code);
  assertStringIncludes(error.message, "Cannot use the history ");
  return error;
}

const NEW_RECORD = {
  kind: "playground",
  title: "Once",
  models: ["a"],
  body: {},
} as const;

Deno.test("HistoryDatabase makes its folder and its file when it is used", async () => {
  await withFolder((folder) => {
    using history = new History({ path: join(folder, "new", "a.sqlite") });
    assertEquals(history.list(), { entries: [], total: 0 });
    assertEquals(history.status(), { on: true });
  });
});

Deno.test("HistoryDatabase takes a file of every earlier version to this one", async () => {
  await withFolder((folder) => {
    for (let version = 1; version < MIGRATIONS.length; version++) {
      const path = join(folder, `${version}.sqlite`);
      using old = new HistoryDatabase(path, MIGRATIONS.slice(0, version));
      old.change((open) =>
        open.exec(
          "INSERT INTO record (kind, created_at, state, title, models, body) " +
            "VALUES ('playground', 1, 'done', 'kept', '[\"a\"]', '{}')",
        )
      );
      old.close();
      using history = new History({ path });
      assertEquals(history.list().entries.map(({ title }) => title), ["kept"]);
      assertEquals(history.tally(), []);
    }
  });
});

Deno.test("HistoryDatabase leaves a file as it was when a step fails", async () => {
  await withFolder((folder) => {
    const path = join(folder, "a.sqlite");
    {
      using history = new History({ path });
      history.keeper().begin(NEW_RECORD);
    }
    const broken = [...MIGRATIONS, "CREATE TABLE extra (a); NONSENSE"];
    using failing = new HistoryDatabase(path, broken);
    assertThrows(() => failing.use(() => {}), Error, "NONSENSE");
    using history = new History({ path });
    assertEquals(history.list().total, 1);
  });
});

Deno.test("HistoryDatabase refuses a file of a later version", async () => {
  await withFolder((folder) => {
    const path = join(folder, "a.sqlite");
    using later = new HistoryDatabase(path, [...MIGRATIONS, "SELECT 1"]);
    later.use(() => {});
    using history = new History({ path });
    const { hint } = refused(() => history.list(), "unsupported");
    assertStringIncludes(hint!, "move the file away");
  });
});

Deno.test("HistoryDatabase tells of a damaged file, and goes on when it is away", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.sqlite");
    await Deno.writeTextFile(path, "no database ".repeat(500));
    using history = new History({ path });
    const { hint } = refused(() => history.list(), "damaged");
    assertStringIncludes(hint!, "to another folder");
    assertEquals(history.status().error?.code, "damaged");
    const keeper = history.keeper();
    keeper.begin(NEW_RECORD);
    assertEquals([keeper.id, keeper.error?.code], [undefined, "damaged"]);
    await Deno.rename(path, join(folder, "away"));
    assertEquals(history.status(), { on: true });
  });
});

Deno.test("HistoryDatabase tells of damage inside of a file", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.sqlite");
    {
      using history = new History({ path });
      for (let i = 0; i < 500; i++) {
        history.keeper().begin({ ...NEW_RECORD, body: "x".repeat(500) });
      }
    }
    using file = await Deno.open(path, { read: true, write: true });
    await file.seek(8192, Deno.SeekMode.Start);
    await file.write(new Uint8Array(100_000).fill(0x5a));
    using history = new History({ path });
    refused(() => history.list({ limit: 500 }), "damaged");
  });
});

Deno.test("HistoryDatabase tells of a record that is no JSON any more", async () => {
  await withFolder((folder) => {
    const path = join(folder, "a.sqlite");
    using history = new History({ path });
    const keeper = history.keeper();
    keeper.begin(NEW_RECORD);
    using other = new DatabaseSync(path);
    other.exec("UPDATE record SET body = '{'");
    refused(() => history.get(keeper.id!), "damaged");
    assertEquals(history.list().total, 1);
  });
});

Deno.test("HistoryDatabase tells of a lock, and goes on after it", async () => {
  await withFolder((folder) => {
    const path = join(folder, "a.sqlite");
    using history = new History({ path });
    history.list();
    using other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const keeper = history.keeper();
    keeper.begin(NEW_RECORD);
    assertEquals(keeper.error?.code, "busy");
    // Who only reads does not notice.
    assertEquals(history.list().total, 0);
    refused(() => history.clear(), "busy");
    other.exec("ROLLBACK");
    history.keeper().begin(NEW_RECORD);
    assertEquals(history.list().total, 1);
  });
});

Deno.test("HistoryDatabase tells of a place that cannot be written", async () => {
  await withFolder((folder) => {
    using history = new History({ path: folder });
    refused(() => history.list(), "permission");
  });
});
