/** One line at the terminal that counts up; two lines where there is none. */
export class Progress implements Disposable {
  readonly #label: string;
  readonly #total: number;
  readonly #live = Deno.stderr.isTerminal();
  readonly #begin = performance.now();
  #done = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
    if (this.#live) this.#draw();
    else console.error(`${label} (${total} steps) …`);
  }

  /** One more step is done. */
  step() {
    this.#done++;
    if (this.#live) this.#draw();
  }

  [Symbol.dispose]() {
    const seconds = ((performance.now() - this.#begin) / 1000).toFixed(1);
    if (this.#live) this.#write("\n");
    if (this.#done === this.#total) console.error(`  done in ${seconds} s`);
  }

  #draw() {
    this.#write(`\r${this.#label} … ${this.#done}/${this.#total}`);
  }

  #write(text: string) {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
