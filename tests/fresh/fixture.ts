import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** Which Fresh this process has. */
export const MODE: "jsr" | "npm" = import.meta.resolve("fresh")
    .startsWith("file:")
  ? "npm"
  : "jsr";

const CONFIG = fileURLToPath(
  new URL(MODE === "npm" ? "deno.npm.json" : "deno.json", ROOT),
);

/** A copy of the fixture's application, in the project for its packages. */
export class FixtureApp implements AsyncDisposable {
  /** The copy's folder, with a slash at the end. */
  readonly url = new URL(`dist/test-${crypto.randomUUID()}/`, ROOT);

  static async create(): Promise<FixtureApp> {
    const app = new FixtureApp();
    await copyTree(new URL("tests/fresh/app/", ROOT), app.url);
    return app;
  }

  /** A file of the copy. */
  file(path: string): URL {
    return new URL(path, this.url);
  }

  /** Starts Vite on the copy. */
  vite(args: string[]): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        `--config=${CONFIG}`,
        "--allow-read",
        "--allow-write=.",
        "--allow-env",
        "--allow-run",
        "--allow-ffi",
        "--allow-sys",
        "--allow-net=127.0.0.1",
        "npm:vite",
        ...args,
        "--configLoader=native",
      ],
      cwd: fileURLToPath(this.url),
      env: { DENO_DEPLOYMENT_ID: "build-1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Builds the copy; returns what Vite printed. */
  async build(): Promise<{ success: boolean; text: string }> {
    const output = await this.vite(["build", "--logLevel=warn"]).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(output.stdout) + decoder.decode(output.stderr);
    return { success: output.success, text };
  }

  async [Symbol.asyncDispose]() {
    await Deno.remove(this.url, { recursive: true });
  }
}

async function copyTree(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const path = encodeURIComponent(name);
    if (isDirectory) {
      await copyTree(new URL(`${path}/`, from), new URL(`${path}/`, to));
    } else await Deno.copyFile(new URL(path, from), new URL(path, to));
  }
}
