import type { ComponentType } from "preact";
import type { RouteModule } from "./fs_routes.ts";

/** An island as the server knows it. */
export interface IslandEntry {
  /** The component that stands for it in pages. */
  component: ComponentType;
  /** Its name in messages and in the page. */
  name: string;
  /** Address of the module for the browser. */
  chunk: string;
  /** Which export of that module it is. */
  exportName: string;
  /** Modules that this one needs, to be fetched at the same time. */
  preload: string[];
}

/** A file of the built pages. */
export interface StaticFile {
  /** Where it lies on disk. */
  path: string;
  /** A hash of its content. */
  hash: string;
  /** Its name has a hash in it: the content never changes. */
  immutable: boolean;
}

/** What a build, or the development server, knows about the application. */
export interface Snapshot {
  /** Modules below `routes/`, by their path there without the extension. */
  routes: Record<string, RouteModule>;
  islands: IslandEntry[];
  /** Address of the module that starts the islands. */
  clientEntry: string;
  /** Further scripts of every page (the development server's client). */
  scripts: string[];
  /** Files by their address. */
  files: Map<string, StaticFile>;
  mode: "development" | "production";
}

/** The snapshot of an application that was not built, as in tests. */
export function emptySnapshot(): Snapshot {
  return {
    routes: {},
    islands: [],
    clientEntry: "",
    scripts: [],
    files: new Map(),
    mode: "production",
  };
}
