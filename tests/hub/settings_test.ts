import { assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  hubCacheDirectory,
  hubEndpoint,
  hubIsOffline,
} from "../../lib/config.ts";
import { hubToken } from "../../lib/hub/hub_token.ts";
import { parseRetryAfter } from "../../lib/hub/retries.ts";
import { TransferRate } from "../../lib/hub/transfer_rate.ts";
import { withEnvironment } from "../helpers/with_environment.ts";

const UNSET = {
  HF_HOME: "",
  HF_HUB_CACHE: "",
  HUGGINGFACE_HUB_CACHE: "",
  XDG_CACHE_HOME: "",
  HF_TOKEN: "",
  HF_TOKEN_PATH: "",
  HOME: "/home/me",
};

async function under<T>(
  values: Record<string, string>,
  get: () => T | Promise<T>,
): Promise<T> {
  let value: T;
  await withEnvironment({ ...UNSET, ...values }, async () => {
    value = await get();
  });
  return value!;
}

Deno.test("hubCacheDirectory() is where Python's tools have their cache", async () => {
  const cases: [Record<string, string>, string][] = [
    [{}, "/home/me/.cache/huggingface/hub"],
    [{ XDG_CACHE_HOME: "/x" }, "/x/huggingface/hub"],
    [{ HF_HOME: "~/hf", XDG_CACHE_HOME: "/x" }, "/home/me/hf/hub"],
    [{ HUGGINGFACE_HUB_CACHE: "/old", HF_HOME: "/h" }, "/old"],
    [{ HF_HUB_CACHE: "/new", HUGGINGFACE_HUB_CACHE: "/old" }, "/new"],
  ];
  for (const [values, expected] of cases) {
    assertEquals(await under(values, hubCacheDirectory), expected);
  }
});

Deno.test("hubEndpoint() and hubIsOffline() read their variables", async () => {
  const endpoint = (HF_ENDPOINT: string) => under({ HF_ENDPOINT }, hubEndpoint);
  assertEquals(await endpoint(""), "https://huggingface.co");
  assertEquals(await endpoint("https://a.b/c//"), "https://a.b/c");
  for (
    const [value, expected] of [
      ["", false],
      ["0", false],
      ["1", true],
      ["ON", true],
      ["yes", true],
      ["True", true],
    ] as const
  ) {
    assertEquals(
      await under({ HF_HUB_OFFLINE: value }, hubIsOffline),
      expected,
    );
  }
});

Deno.test("hubToken() takes HF_TOKEN before what a log-in has left", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "token");
    await Deno.writeTextFile(path, "saved\n");
    assertEquals(await under({ HF_HOME: folder }, hubToken), "saved");
    assertEquals(await under({ HF_TOKEN_PATH: path }, hubToken), "saved");
    assertEquals(
      await under({ HF_HOME: folder, HF_TOKEN: " given\n" }, hubToken),
      "given",
    );
    await Deno.writeTextFile(path, "\n");
    assertEquals(await under({ HF_HOME: folder }, hubToken), undefined);
    assertEquals(await under({ HF_HOME: "/nowhere" }, hubToken), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseRetryAfter() reads seconds and dates", () => {
  assertEquals(parseRetryAfter("120"), 120_000);
  assertEquals(parseRetryAfter(null), undefined);
  assertEquals(parseRetryAfter("soon"), undefined);
  const past = new Date(Date.now() - 60_000).toUTCString();
  assertEquals(parseRetryAfter(past), 0);
  const ms = parseRetryAfter(new Date(Date.now() + 60_000).toUTCString())!;
  assertEquals(ms > 50_000 && ms <= 60_000, true);
});

Deno.test("TransferRate is that of the last seconds", () => {
  let now = 0;
  const rate = new TransferRate(() => now);
  assertEquals(rate.bytesPerSecond, undefined);
  rate.sample(1000);
  assertEquals(rate.bytesPerSecond, undefined);
  // 100 bytes a second, then 1000.
  for (let i = 1; i <= 10; i++) {
    now = i * 1000;
    rate.sample(1000 + i * 100);
  }
  assertEquals(rate.bytesPerSecond, 100);
  for (let i = 1; i <= 6; i++) {
    now += 1000;
    rate.sample(2000 + i * 1000);
  }
  assertEquals(rate.bytesPerSecond, 1000);
  // A file that is begun anew does not count backwards.
  rate.sample(0);
  assertEquals(rate.bytesPerSecond, undefined);
});
