import { lezer } from "@lezer/generator/rollup";

export default { input: "src/index.js", output: { dir: "dist" }, plugins: [lezer()] };
