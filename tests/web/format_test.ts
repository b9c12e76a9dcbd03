import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  groupDigits,
} from "../../lib/web/format.ts";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

Deno.test("formatBytes() shows three digits and a decimal unit", () => {
  assertEquals(plain(formatBytes(0)), "0 B");
  assertEquals(plain(formatBytes(999)), "999 B");
  assertEquals(plain(formatBytes(1000)), "1 kB");
  assertEquals(plain(formatBytes(19_365_888)), "19.4 MB");
  assertEquals(plain(formatBytes(999_999)), "1 MB");
  assertEquals(plain(formatBytes(2.5e12)), "2.5 TB");
  assertEquals(plain(formatBytes(4.2e15)), "4 200 TB");
});

Deno.test("formatCount() shows small numbers whole", () => {
  assertEquals(plain(formatCount(0)), "0");
  assertEquals(plain(formatCount(9_999)), "9 999");
  assertEquals(plain(formatCount(50_288)), "50.3 k");
  assertEquals(plain(formatCount(129_135_360)), "129 M");
  assertEquals(plain(formatCount(2_768_345_600)), "2.77 G");
});

Deno.test("formatRate() shows a dash when there is no rate", () => {
  assertEquals(plain(formatRate(31.24)), "31.2 tok/s");
  assertEquals(plain(formatRate(1204.4)), "1 204 tok/s");
  assertEquals(formatRate(Infinity), "–");
  assertEquals(formatRate(NaN), "–");
});

Deno.test("formatDuration() changes to seconds at one second", () => {
  assertEquals(plain(formatDuration(0.5)), "0.5 ms");
  assertEquals(plain(formatDuration(85.3)), "85.3 ms");
  assertEquals(plain(formatDuration(999)), "999 ms");
  assertEquals(plain(formatDuration(1240)), "1.24 s");
});

Deno.test("groupDigits() puts a thin space between groups of three", () => {
  assertEquals(groupDigits(12), "12");
  assertEquals(groupDigits(1234567), "1\u202f234\u202f567");
});
