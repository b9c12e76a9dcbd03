import { fresh } from "@fresh/plugin-vite";
import process from "node:process";
import { defineConfig } from "vite";

/** Only what is made for both sides may reach the browser. */
const SERVER_ONLY = /\/lib\/(?!api\/|web\/)/;

export default defineConfig({
  server: {
    host: process.env.HOST || "127.0.0.1",
    port: Number(process.env.PORT || 8000),
    strictPort: true,
  },
  plugins: [
    fresh({
      checkImports: [(id, environment) => {
        if (environment !== "client" || !SERVER_ONLY.test(id)) return;
        return {
          type: "error",
          message: `Cannot import ${id} in the browser.`,
          description: "Islands import lib/api and lib/web alone.",
        };
      }],
    }),
  ],
});
