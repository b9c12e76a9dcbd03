import { assert, assertEquals } from "@std/assert";
import { npmConfiguration, STAND_INS } from "../../lib/tasks/configuration.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("npmConfiguration() changes nothing but tasks, links and lock", async () => {
  const text = await Deno.readTextFile(new URL("deno.json", ROOT));
  const { links, lock, ...rest } = JSON.parse(npmConfiguration(text));
  const { tasks: _, lock: otherLock, ...original } = JSON.parse(text);
  assertEquals(rest, original);
  assertEquals(links, [...STAND_INS]);
  assert(lock.path !== otherLock.path);
});

Deno.test("every stand-in has the name and a version that deno.json imports", async () => {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const wanted = Object.values(imports).filter((to) => to.startsWith("jsr:"));
  const found: string[] = [];
  for (const folder of STAND_INS) {
    const { name, version } = JSON.parse(
      await Deno.readTextFile(new URL(`${folder}/deno.json`, ROOT)),
    );
    found.push(`jsr:${name}@^${version}`);
  }
  assertEquals(found.sort(), wanted.sort());
});
