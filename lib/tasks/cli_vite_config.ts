import { defineConfig } from "vite";

/** Vite's configuration that makes one module of the command line. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true, target: "webworker" },
  build: {
    ssr: "lib/cli/main.ts",
    target: "esnext",
    minify: false,
    rollupOptions: {
      external: [/^node:/],
      output: { entryFileNames: "main.js", inlineDynamicImports: true },
    },
  },
});
