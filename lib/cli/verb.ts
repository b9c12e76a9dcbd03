import type { Flags, FlagValues } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** A call of a verb, its command line read and checked. */
export interface Call<F extends Flags = Flags> {
  flags: FlagValues<F>;
  /** As many as the verb's table allows. */
  positionals: readonly string[];
  terminal: Terminal;
}

/** The words that follow a verb: `<required> [optional] [rest…]`. */
export interface Positionals {
  required?: readonly string[];
  optional?: readonly string[];
  /** The name of any further ones. */
  rest?: string;
}

/** One verb of the command line. */
export interface Verb<F extends Flags = Flags> {
  name: string;
  /** One line, for the list of verbs. */
  summary: string;
  positionals: Positionals;
  flags: F;
  /** More to know, paragraphs of text. */
  details?: readonly string[];
  /** Command lines without the program's name. */
  examples: readonly string[];
  /** Does it and returns the exit code. */
  run(call: Call<F>): Promise<number>;
}

/** Types `run` by the table of flags; the list of verbs forgets the types. */
export function defineVerb<const F extends Flags>(verb: Verb<F>): Verb {
  return verb as unknown as Verb;
}
