import { sources } from "./sources.js";

export default sources;
