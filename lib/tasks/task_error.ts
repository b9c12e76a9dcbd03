/** A task that cannot go on, told in one sentence and what to do about it. */
export class TaskError extends Error {
  override name = "TaskError";
  /** What the reader can do. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
