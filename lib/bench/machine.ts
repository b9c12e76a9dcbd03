import { cpus, totalmem } from "node:os";
import type { BenchMachine } from "../api/bench.ts";
import { VERSION } from "../config.ts";

/** This machine. */
export function describeMachine(): BenchMachine {
  const processors = cpus();
  return {
    freshMamba: VERSION,
    deno: Deno.version.deno,
    os: Deno.build.os,
    arch: Deno.build.arch,
    processor: processors[0]?.model.trim() || "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
  };
}
