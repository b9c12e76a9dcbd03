/** A command line that cannot be understood: told in one line, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
