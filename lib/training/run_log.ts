import { join } from "node:path";
import { cannotLoad } from "../api/load_error.ts";
import type { TrainingEvent, TrainingLogLine } from "../api/training_event.ts";

const LOG_NAME = "log.jsonl";

/** What a run has told so far, one line of JSON an event. */
export class RunLog implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Opens a folder's log to write at its end. */
  static async open(folder: string): Promise<RunLog> {
    const file = await Deno.open(join(folder, LOG_NAME), {
      read: true,
      append: true,
      create: true,
    });
    const log = new RunLog(file);
    // A killed run may have left half a line.
    if (!await endsLine(file)) log.#write("\n");
    return log;
  }

  /** Adds an event. */
  write(event: TrainingEvent): void {
    const line: TrainingLogLine = { ...event, time: new Date().toISOString() };
    this.#write(JSON.stringify(line) + "\n");
  }

  /** Makes sure that it is on the disk. */
  sync(): Promise<void> {
    return this.#file.sync();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  // Synchronous: a line is small, and whole however the run ends.
  #write(text: string): void {
    let bytes = this.#encoder.encode(text);
    while (bytes.length > 0) {
      bytes = bytes.subarray(this.#file.writeSync(bytes));
    }
  }
}

async function endsLine(file: Deno.FsFile): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  await file.seek(size - 1, Deno.SeekMode.Start);
  const last = new Uint8Array(1);
  await file.read(last);
  return last[0] === 0x0a;
}

/**
 * What a run has told, as if nothing had ever interrupted it: without the
 * lines of steps that were done again, and without half a line at the end.
 * Each time that it was started leaves its `start`; only the last `end` stays.
 *
 * @param folder the run's
 * @throws {MambaError} `not_found` if there is no log
 */
export async function readRunLog(folder: string): Promise<TrainingLogLine[]> {
  const path = join(folder, LOG_NAME);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw cannotLoad(path, "there is no such file", {
      code: "not_found",
      hint: "The run has not begun, or this is no run's folder.",
      cause: error,
    });
  }
  let lines: TrainingLogLine[] = [];
  for (const line of text.split("\n").flatMap(parseLine)) {
    if (line.type === "start") lines = lines.filter(isBefore(line.step));
    else if (isReport(line)) dropSame(lines, line);
    lines.push(line);
  }
  return lines;
}

function parseLine(text: string): TrainingLogLine[] {
  try {
    const line = JSON.parse(text);
    return typeof line?.type === "string" ? [line] : [];
  } catch {
    return [];
  }
}

/** What a run that goes on after `step` does not tell again. */
function isBefore(step: number): (line: TrainingLogLine) => boolean {
  return (line) => line.type !== "end" && !("step" in line && line.step > step);
}

type Report = Extract<
  TrainingLogLine,
  { type: "validation" | "sample" | "checkpoint" }
>;

function isReport(line: TrainingLogLine): line is Report {
  return line.type === "validation" || line.type === "sample" ||
    line.type === "checkpoint";
}

/** A run that was stopped while it measured measures again. */
function dropSame(lines: TrainingLogLine[], report: Report): void {
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i]!;
    if ("step" in line && line.step < report.step) return;
    if (isSame(line, report)) lines.splice(i, 1);
  }
}

function isSame(a: TrainingLogLine, b: TrainingLogLine): boolean {
  const key = (line: TrainingLogLine) =>
    [
      line.type,
      "step" in line ? line.step : "",
      "prompt" in line ? line.prompt : "",
    ].join("\n");
  return key(a) === key(b);
}
