import {
  type BenchEngine,
  type BenchLimits,
  type BenchModel,
  type BenchRow,
  type BenchTest,
  type BenchUnit,
  testName,
} from "../api/bench.ts";
import type { BareModel } from "./bare_model.ts";
import { type Contender, rateOf } from "./contender.ts";
import type { LoadFigures } from "./load_process.ts";
import { medianRatio, summarize } from "./samples.ts";
import type { TokenNeeds } from "./token_needs.ts";

/** The name of the row that tells how long a model took to load. */
export const LOAD = "load";

/** The name of the row that tells when a loaded model has seen a token. */
export const FIRST_TOKEN = `${LOAD} + tg1`;

/** The name of the row that tells how much memory its process had at most. */
export const PEAK_MEMORY = "peak memory";

/** What the machine reached at most, once. */
export interface Limits {
  bandwidth: number;
  peakF32: number;
  peakInt8: number;
}

/** One quantity of one engine, as it is measured. */
interface Series {
  engine: BenchEngine;
  test: string;
  unit: BenchUnit;
  samples: number[];
  /** What was measured, where it has a limit to be seen beside. */
  of?: BenchTest;
}

/** Gathers what is measured of a case, and makes rows of it. */
export class CaseRows {
  readonly #case: { model: string; threads: number; device: string };
  readonly #series: Series[] = [];
  readonly #limits: Limits[] = [];
  readonly #backends = new Map<BenchEngine, string>();
  #needs: TokenNeeds | undefined;
  #dtype = "";

  constructor(about: { model: string; threads: number; device: string }) {
    this.#case = about;
  }

  /** Remembers what the model needs; says what it is. */
  describe(bare: BareModel, dtype: string): BenchModel {
    this.#needs = bare.needs;
    this.#dtype = dtype;
    return bare.describe(this.#case.model, dtype);
  }

  /** A test took so many milliseconds. */
  test(test: BenchTest, { engine, backend }: Contender, took: number): void {
    this.#backends.set(engine, backend);
    const key = { engine, test: testName(test), unit: "tok/s" } as const;
    this.#add({ ...key, of: test }, rateOf(test, took));
  }

  /** A test took so many milliseconds over HTTP. */
  http(test: BenchTest, { engine }: Contender, took: number): void {
    const name = `${testName(test)} http`;
    this.#add({ engine, test: name, unit: "tok/s" }, rateOf(test, took));
  }

  /** A model was loaded. */
  load(engine: BenchEngine, figures: LoadFigures): void {
    const { milliseconds, firstToken, peakBytes } = figures;
    this.#add({ engine, test: LOAD, unit: "ms" }, milliseconds);
    this.#add({ engine, test: FIRST_TOKEN, unit: "ms" }, firstToken);
    this.#add({ engine, test: PEAK_MEMORY, unit: "bytes" }, peakBytes);
  }

  limit(limits: Limits): void {
    this.#limits.push(limits);
  }

  limits(): BenchLimits {
    const of = (key: keyof Limits) =>
      summarize(this.#limits.map((limits) => limits[key]));
    return {
      threads: this.#case.threads,
      bandwidth: of("bandwidth"),
      peakF32: of("peakF32"),
      peakInt8: of("peakInt8"),
    };
  }

  rows(): BenchRow[] {
    const { model, threads } = this.#case;
    return this.#series.map(({ engine, test, unit, samples, of }) => {
      const row: BenchRow = {
        engine,
        model,
        dtype: this.#dtype,
        threads,
        backend: this.#backends.get(engine) ?? "",
        test,
        unit,
        samples: summarize(samples),
      };
      if (engine !== "fresh-mamba") return row;
      if (of !== undefined) Object.assign(row, this.#shareOf(of, row));
      const theirs = this.#series.find((one) =>
        one.engine !== engine && one.test === test
      );
      return theirs === undefined
        ? row
        : { ...row, ratio: medianRatio(samples, theirs.samples) };
    });
  }

  #add(key: Omit<Series, "samples">, sample: number): void {
    const known = this.#series.find(({ engine, test }) =>
      engine === key.engine && test === key.test
    );
    if (known === undefined) this.#series.push({ ...key, samples: [sample] });
    else known.samples.push(sample);
  }

  /** A prompt is bound by arithmetic, a text by memory. */
  #shareOf(
    { kind, tokens, sequences }: BenchTest,
    { samples: { median } }: BenchRow,
  ): Pick<BenchRow, "share"> {
    const needs = this.#needs!;
    const { bandwidth, peakF32, peakInt8 } = this.limits();
    if (kind === "tg") {
      const rate = median / sequences * needs.stepBytes(sequences);
      return { share: { of: "bandwidth", value: rate / bandwidth.median } };
    }
    // What was measured is the processor's arithmetic, not a GPU's.
    if (this.#case.device === "metal") return {};
    const peak = this.#dtype.startsWith("q") ? peakInt8 : peakF32;
    const rate = median / tokens * needs.operations(tokens, 1);
    return { share: { of: "peak", value: rate / peak.median } };
  }
}
