import { sveltekit } from "@sveltejs/kit/vite";
import Unfonts from "unplugin-fonts/vite";

export default { plugins: [sveltekit(), Unfonts({ fontsource: { families: ["Inter"] } })] };
