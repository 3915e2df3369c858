import { gzipSync } from "node:zlib";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";

const FIRST_LOAD_BUDGET_BYTES = 60_000;

/** Fails the build when what the first page loads, gzipped, grows over the budget. */
function firstLoadBudget(): Plugin {
  return {
    name: "first-load-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const wanted = new Set<string>();
      const visit = (name: string): void => {
        const chunk = bundle[name];
        if (wanted.has(name) || chunk === undefined) return;
        wanted.add(name);
        if (chunk.type === "chunk") chunk.imports.forEach(visit);
      };
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type === "chunk" && chunk.isEntry) visit(name);
      }
      let total = 0;
      for (const name of wanted) {
        const chunk = bundle[name];
        if (chunk?.type === "chunk") total += gzipSync(chunk.code).length;
      }
      this.info(`first load ${(total / 1000).toFixed(1)} kB of JavaScript, gzipped`);
      if (total > FIRST_LOAD_BUDGET_BYTES) this.error(`over the budget of ${FIRST_LOAD_BUDGET_BYTES} bytes`);
    },
  };
}

const hub = process.env["ARMCADE_HUB"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/",
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  plugins: [firstLoadBudget()],
  server: { proxy: { "/api": { target: hub, ws: true } } },
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    // Its cases are made by tests/web_client/test_prediction.py, which runs it.
    exclude: process.env["VITE_PREDICTION"] === undefined ? ["test/predict/bridge.test.ts"] : [],
    environment: "node",
    testTimeout: 60_000,
  },
});
