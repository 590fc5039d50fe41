import esbuild from "esbuild";

await esbuild.build({
  entryPoints: { server: "src/server.ts" },
  bundle: true,
  platform: "node",
  format: "esm",
  outdir: "dist",
  packages: "external",
});
