import { cpus, totalmem } from "node:os";
import { VERSION } from "../config.ts";

/** What the numbers were measured on. */
export interface Machine {
  freshMamba: string;
  deno: string;
  os: string;
  arch: string;
  processor: string;
  cores: number;
  memoryBytes: number;
}

/** This machine. */
export function describeMachine(): Machine {
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
