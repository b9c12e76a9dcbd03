import { assertEquals, assertNotEquals } from "@std/assert";
import { EpochOrder } from "../../lib/training/epoch_order.ts";

function pass(order: EpochOrder, length: number, epoch: number): number[] {
  return Array.from({ length }, (_, i) => order.row(epoch * length + i));
}

Deno.test("EpochOrder.row() gives every row once a pass, in another order each", () => {
  const order = new EpochOrder(50, 3);
  const rows = Array.from({ length: 50 }, (_, i) => i);
  const passes = [0, 1, 2].map((epoch) => pass(order, 50, epoch));
  for (const each of passes) assertEquals(each.toSorted((a, b) => a - b), rows);
  assertNotEquals(passes[0], passes[1]);
  assertNotEquals(passes[1], passes[2]);
  assertNotEquals(passes[0], rows);
});

Deno.test("EpochOrder.row() depends on the seed alone, all 53 bits of it", () => {
  const first = pass(new EpochOrder(50, 2 ** 40 + 3), 50, 0);
  const again = new EpochOrder(50, 2 ** 40 + 3);
  again.row(120);
  assertEquals(pass(again, 50, 0), first);
  assertNotEquals(pass(new EpochOrder(50, 3), 50, 0), first);
});

Deno.test("EpochOrder.row() has every row as often at every place", () => {
  const counts = new Map<number, number>();
  for (let seed = 0; seed < 3000; seed++) {
    const row = new EpochOrder(6, seed).row(0);
    counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  // 500 expected, standard deviation 20.
  for (const count of counts.values()) {
    assertEquals(Math.abs(count - 500) < 110, true, `${count}`);
  }
  assertEquals(counts.size, 6);
});
