/** Sets environment variables for the time of some work. */
export async function withEnvironment(
  values: Record<string, string>,
  work: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(values)
    .map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}
