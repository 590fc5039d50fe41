import { defineConfig } from "vite";
import pkg from "./package.json";

const external = Object.keys(pkg.dependencies);

export default defineConfig({
  build: { lib: { entry: "src/cli.ts", formats: ["es"] }, rollupOptions: { external } },
});
