import { didYouMean } from "./did_you_mean.ts";
import { overview, verbHelp } from "./help_text.ts";
import { UsageError } from "./usage_error.ts";
import { defineVerb, type Verb } from "./verb.ts";

/** `help [verb]`, for the verbs of a table that it is itself in. */
export function helpVerb(verbs: () => readonly Verb[]): Verb {
  return defineVerb({
    name: "help",
    summary: "Explain a verb, or list them",
    positionals: { optional: ["verb"] },
    flags: {},
    examples: ["help", "help run"],
    async run({ positionals: [name], terminal }) {
      await terminal.write(
        name === undefined
          ? overview(verbs())
          : verbHelp(findVerb(verbs(), name)),
      );
      return 0;
    },
  });
}

/**
 * The verb of that name.
 *
 * @throws {UsageError} with the nearest one
 */
export function findVerb(verbs: readonly Verb[], name: string): Verb {
  const verb = verbs.find((verb) => verb.name === name);
  if (verb !== undefined) return verb;
  const names = verbs.map(({ name }) => name);
  const near = didYouMean(name, names);
  throw new UsageError(
    `Cannot do ${JSON.stringify(name)}: there is no such verb`,
    near === undefined
      ? `The verbs are ${names.join(", ")}.`
      : `Did you mean ${near}?`,
  );
}
