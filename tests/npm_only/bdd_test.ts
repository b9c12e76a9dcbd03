import { assertEquals } from "@std/assert";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
} from "@std/testing/bdd";

const calls: string[] = [];

describe("describe()", () => {
  beforeAll(() => void calls.push("before all"));
  beforeEach(() => void calls.push("before outer"));
  afterEach(() => void calls.push("after outer"));
  afterAll(() => void calls.push("after all"));

  it("runs its tests in order", () => void calls.push("first"));

  describe("in describe()", () => {
    beforeEach(async () => {
      await Promise.resolve();
      calls.push("before inner");
    });
    afterEach(() => void calls.push("after inner"));

    it("runs the hooks of both around a test", () => {
      calls.push("second");
    });
  });
});

it("it() stands alone too, after the suite before it", () => {
  assertEquals(calls, [
    "before all",
    "before outer",
    "first",
    "after outer",
    "before outer",
    "before inner",
    "second",
    "after inner",
    "after outer",
    "after all",
  ]);
});
