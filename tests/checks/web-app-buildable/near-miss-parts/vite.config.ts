import { defineConfig } from "vite";
import paths from "vite-tsconfig-paths";

export default defineConfig({ plugins: [paths({ projects: ["config/tsconfig.page.json"] })] });
