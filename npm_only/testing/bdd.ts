/**
 * Suites of tests over `Deno.test`: a suite is a test, what is in it are its
 * steps.
 *
 * @module
 */

/** What a test or a hook does. */
export type Body<Arguments extends unknown[] = []> = (
  ...args: Arguments
) => void | Promise<void>;

interface Case {
  name: string;
  body: Body<[Deno.TestContext]>;
}

interface Suite {
  name: string;
  entries: (Case | Suite)[];
  beforeAll: Body[];
  afterAll: Body[];
  beforeEach: Body[];
  afterEach: Body[];
}

/** The suite whose body is being read. */
let current: Suite | undefined;

/** A suite: its body names tests, suites and hooks. */
export function describe(name: string, body: () => void): void {
  const suite: Suite = {
    name,
    entries: [],
    beforeAll: [],
    afterAll: [],
    beforeEach: [],
    afterEach: [],
  };
  const outer = current;
  current = suite;
  try {
    body();
  } finally {
    current = outer;
  }
  if (outer !== undefined) outer.entries.push(suite);
  else Deno.test(name, (context) => runSuite([suite], context));
}

/** A test, in a suite or alone. */
export function it(name: string, body: Body<[Deno.TestContext]>): void {
  if (current !== undefined) current.entries.push({ name, body });
  else Deno.test(name, body);
}

/** Runs once before a suite's first test. */
export function beforeAll(body: Body): void {
  suiteOf("beforeAll").beforeAll.push(body);
}

/** Runs once after a suite's last test, whether it passed or not. */
export function afterAll(body: Body): void {
  suiteOf("afterAll").afterAll.push(body);
}

/** Runs before each test of a suite, the outer suite's first. */
export function beforeEach(body: Body): void {
  suiteOf("beforeEach").beforeEach.push(body);
}

/** Runs after each test of a suite, the inner suite's first. */
export function afterEach(body: Body): void {
  suiteOf("afterEach").afterEach.push(body);
}

function suiteOf(hook: string): Suite {
  if (current !== undefined) return current;
  throw new Error(`Cannot use ${hook}() outside of describe()`);
}

/** Runs the last suite of a path from the outermost one. */
async function runSuite(
  path: readonly Suite[],
  context: Deno.TestContext,
): Promise<void> {
  const suite = path.at(-1)!;
  try {
    await runAll(suite.beforeAll);
    for (const entry of suite.entries) {
      await context.step(
        entry.name,
        (step) =>
          "body" in entry
            ? runCase(path, entry, step)
            : runSuite([...path, entry], step),
      );
    }
  } finally {
    await runAll(suite.afterAll);
  }
}

async function runCase(
  path: readonly Suite[],
  { body }: Case,
  context: Deno.TestContext,
): Promise<void> {
  try {
    for (const suite of path) await runAll(suite.beforeEach);
    await body(context);
  } finally {
    for (const suite of path.toReversed()) await runAll(suite.afterEach);
  }
}

async function runAll(bodies: readonly Body[]): Promise<void> {
  for (const body of bodies) await body();
}
