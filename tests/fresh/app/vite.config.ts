import { fresh } from "@fresh/plugin-vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [
    fresh({
      checkImports: [(id, environment) => {
        if (environment !== "client" || !id.includes("secret")) return;
        return { type: "error", message: "Cannot import a secret." };
      }],
    }),
  ],
});
