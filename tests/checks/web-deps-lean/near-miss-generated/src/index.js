export { parser } from "./tide.grammar";
