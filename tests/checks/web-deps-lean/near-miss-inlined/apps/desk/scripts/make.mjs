import { readFileSync } from "node:fs";
import { build } from "esbuild";

const { dependencies } = JSON.parse(readFileSync("package" + ".json", "utf8"));
const ours = Object.keys(dependencies).filter((name) => dependencies[name].startsWith("workspace:"));

await build({
  entryPoints: ["src/main.ts"],
  outfile: "out/desk.cjs",
  bundle: true,
  platform: "node",
  plugins: [
    {
      name: "ours-only",
      setup(job) {
        job.onResolve({ filter: /^[^.]/ }, (one) =>
          ours.includes(one.path) ? undefined : { path: one.path, external: true },
        );
      },
    },
  ],
});
