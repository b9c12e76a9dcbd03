import { assertEquals } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { join } from "node:path";
import { launchChromium } from "./chromium.ts";
import { type ServerProcess, startServer } from "./server_process.ts";
import { waitFor } from "./wait_for.ts";

/** More tokens than any test waits for. */
export const ENDLESS = "900000";

/** The playground in one tab: what is shown and pressed. */
export class Playground {
  readonly page: Page;
  /** What the browser complained of: scripts, policy, resources. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      this.complaints.push(`${message.text()} ${message.location().url}`);
    });
  }

  /** Waits until the page's scripts run. */
  async awake(): Promise<void> {
    await this.page.waitForSelector("[data-awake]");
  }

  /** Loads the page anew. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.awake();
  }

  /** Leaves the page, which then asks nothing of a server that goes away. */
  async leave(): Promise<void> {
    await this.page.goto("about:blank");
  }

  /** Types into controls, by their ids. */
  async fill(values: Record<string, string>): Promise<void> {
    for (const [id, value] of Object.entries(values)) {
      await this.page.fill(`#${id}`, value);
    }
  }

  /** The value of a control. */
  value(id: string): Promise<string> {
    return this.page.inputValue(`#${id}`);
  }

  /** Sets up a run that ends by the token limit alone. */
  async prepare(prompt: string, maxTokens: string): Promise<void> {
    await this.fill({ prompt, maxTokens });
    if (await this.page.isChecked("#ignoreEos")) return;
    await this.page.getByText("End of the text").click();
    await this.page.check("#ignoreEos");
  }

  /** Presses the button of this name. */
  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: false }).first().click();
  }

  /** The continuation that is shown. */
  async text(): Promise<string> {
    const [text] = await this.page.locator(".text-continuation")
      .allTextContents();
    return text ?? "";
  }

  /** A figure below the text, with plain spaces. */
  async figure(name: string): Promise<string> {
    const figure = this.page.locator(`[data-figure="${name}"] dd`);
    return (await figure.textContent() ?? "").replace(/\s/g, " ");
  }

  async waitForStatus(pattern: RegExp): Promise<void> {
    const status = this.page.locator(".status");
    await waitFor(
      `the status ${pattern}`,
      async () => pattern.test(await status.textContent() ?? ""),
    );
  }

  async waitForText(characters = 1): Promise<void> {
    await waitFor(
      "text",
      async () => (await this.text()).length >= characters,
    );
  }

  /** The message of the alert. */
  async alert(): Promise<string> {
    return await this.page.locator("[role=alert]").innerText();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** How a tab is opened. */
export interface TabOptions extends BrowserContextOptions {
  /** The page, without a slash at its beginning. @default the playground */
  path?: string;
  /** Whether the page has scripts to wait for. @default true */
  awakes?: boolean;
}

/** A server with a folder for its data, a browser, and any number of tabs. */
export class Bench implements AsyncDisposable {
  /** Where the server keeps its history. */
  readonly folder: string;
  readonly #env: Record<string, string>;
  #server: ServerProcess;
  readonly #browser: Browser;

  private constructor(
    folder: string,
    env: Record<string, string>,
    server: ServerProcess,
    browser: Browser,
  ) {
    this.folder = folder;
    this.#env = env;
    this.#server = server;
    this.#browser = browser;
  }

  /** @param more the server's environment, beside where its data are */
  static async open(more: Record<string, string> = {}): Promise<Bench> {
    const folder = await Deno.makeTempDir({ prefix: "mamba-bench-" });
    const env = {
      XDG_DATA_HOME: folder,
      HF_HUB_CACHE: join(folder, "hub"),
      ...more,
    };
    const server = await startServer({ env });
    try {
      return new Bench(folder, env, server, await launchChromium());
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** The file of the server's history. */
  get historyFile(): string {
    return join(this.folder, "fresh-mamba", "history.sqlite");
  }

  get url(): string {
    return this.#server.url;
  }

  /** A page in a tab with storage of its own. */
  async tab(
    { path = "", awakes = true, ...options }: TabOptions = {},
  ): Promise<Playground> {
    const context = await this.#browser.newContext(options);
    const playground = new Playground(await context.newPage());
    await playground.page.goto(this.url + path);
    if (awakes && options.javaScriptEnabled !== false) await playground.awake();
    return playground;
  }

  async stopServer(): Promise<void> {
    await this.#server.stop();
  }

  async startServerAgain(): Promise<void> {
    this.#server = await startServer({
      port: Number(new URL(this.url).port),
      env: this.#env,
    });
  }

  /** How many texts the engine is writing. */
  async active(): Promise<number> {
    const response = await fetch(new URL("/api/health", this.url));
    return (await response.json()).active;
  }

  async waitUntilFree(): Promise<void> {
    await waitFor("a free engine", async () => await this.active() === 0);
  }

  /** A step with a tab of its own, which must leave nothing behind. */
  step(
    t: Deno.TestContext,
    name: string,
    run: (playground: Playground) => Promise<void>,
    options: TabOptions = {},
  ): Promise<boolean> {
    return t.step({
      name,
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const playground = await this.tab(options);
        try {
          await run(playground);
        } finally {
          await playground.close();
        }
        assertEquals(playground.complaints, []);
        await this.waitUntilFree();
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
    await Deno.remove(this.folder, { recursive: true });
  }
}
