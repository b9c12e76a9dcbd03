import { bench } from "./bench.ts";
import { compare } from "./compare.ts";
import { convert } from "./convert.ts";
import { doctor } from "./doctor.ts";
import { helpVerb } from "./help.ts";
import { ls } from "./ls.ts";
import { ppl } from "./ppl.ts";
import { pull } from "./pull.ts";
import { rm } from "./rm.ts";
import { run } from "./run.ts";
import { serve } from "./serve.ts";
import { show } from "./show.ts";
import { tokenize } from "./tokenize.ts";
import { train } from "./train.ts";
import { trainTokenizerVerb } from "./train_tokenizer.ts";
import { verify } from "./verify.ts";
import type { Verb } from "./verb.ts";

/** Every verb of the command line, in the order of the help text. */
export const VERBS: readonly Verb[] = [
  run,
  compare,
  pull,
  ls,
  rm,
  verify,
  convert,
  show,
  tokenize,
  ppl,
  train,
  trainTokenizerVerb,
  serve,
  bench,
  doctor,
  helpVerb(() => VERBS),
];
