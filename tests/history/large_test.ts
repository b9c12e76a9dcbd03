import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { CompareRecord } from "../../lib/api/compare.ts";
import type { PlaygroundRecord } from "../../lib/api/history.ts";
import { emptyResult } from "../../lib/api/run_result.ts";
import { HistoryDatabase } from "../../lib/history/database.ts";
import { History } from "../../lib/history/history.ts";
import { FakeEngine, modelInfo } from "../web/fake_engine.ts";
import { siteOver } from "../web/test_app.ts";

/** What a day of one run a second leaves, and more. */
const ROWS = 100_000;

const RESULT = {
  ...emptyResult(),
  state: "done" as const,
  model: "one",
  text: "A continuation of some hundred tokens. ".repeat(15),
  tokens: 128,
};
const PLAYED: PlaygroundRecord = {
  request: { prompt: "Once upon a time", model: "one", seed: 1 },
  result: RESULT,
};
const COMPARED: CompareRecord = {
  request: {
    prompt: "Once upon a time",
    columns: [{ model: "one" }, { model: "two" }],
  },
  columns: [RESULT, RESULT],
};

/** Every fourth row is a comparison with a vote; in one statement each. */
function fill(database: HistoryDatabase): void {
  const row = `WITH RECURSIVE row (n) AS
    (SELECT 0 UNION ALL SELECT n + 1 FROM row WHERE n + 1 < ${ROWS})`;
  database.change((open) => {
    open.prepare(`${row} INSERT INTO record
      (kind, created_at, state, title, models, body)
      SELECT iif(n % 4, 'playground', 'compare'), 1e12 + n, 'done', 'Run ' || n,
        iif(n % 4, '["one"]', '["one","two"]'), iif(n % 4, ?, ?) FROM row`)
      .run(JSON.stringify(PLAYED), JSON.stringify(COMPARED));
    // Ids count from 1.
    open.exec(`${row} INSERT INTO vote SELECT n + 1, 'one',
      iif(n % 8, 'lost', 'won') FROM row WHERE n % 4 = 0`);
    open.exec(`${row} INSERT INTO vote SELECT n + 1, 'two',
      iif(n % 8, 'won', 'lost') FROM row WHERE n % 4 = 0`);
  });
}

Deno.test("every page opens over a history of 100,000 runs", async () => {
  const folder = await Deno.makeTempDir({ prefix: "mamba-history-" });
  try {
    const path = join(folder, "history.sqlite");
    {
      using database = new HistoryDatabase(path);
      fill(database);
    }
    using history = new History({ path });
    const models = ["one", "two"].map((id) => modelInfo({ id, name: id }));
    const site = siteOver(
      new FakeEngine(models),
      undefined,
      undefined,
      history,
    );
    const pages: [address: string, words: string][] = [
      ["/", "Keep in"],
      ["/?run=50002", "Once upon a time"],
      ["/compare", "12500"],
      ["/compare?run=50001", "A continuation"],
      ["/history", "Run 99999"],
      ["/history?kind=compare", "Run 99996"],
      ["/history?before=50001", "Run 49999"],
      ["/history?kind=playground&before=51", "Run 49"],
      ["/api/history?limit=500", "99999"],
    ];
    for (const [address, words] of pages) {
      const times: number[] = [];
      for (let round = 0; round < 7; round++) {
        const start = performance.now();
        const response = await site(address);
        const text = await response.text();
        times.push(performance.now() - start);
        assertEquals(response.status, 200);
        assertStringIncludes(text.replace(/\u202f/g, ""), words);
      }
      const [median, most] = [
        times.toSorted((a, b) => a - b)[3]!,
        Math.max(...times),
      ];
      console.log(
        `  ${address}: ${median.toFixed(1)} ms, at most ${most.toFixed(1)} ms`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
