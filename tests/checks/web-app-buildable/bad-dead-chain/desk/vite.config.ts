import { defineConfig, loadEnv } from "vite";

export default defineConfig(({ mode }) => ({
  root: loadEnv(mode, "..").MILL_ROOT,
}));
