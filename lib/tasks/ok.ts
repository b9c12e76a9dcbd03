import { check } from "./check.ts";
import { test } from "./test.ts";

/** `deno task ok`: everything that CI runs. */
export async function ok(args: string[]): Promise<number> {
  const checked = await check([]);
  const tested = await test(args);
  return checked || tested;
}
