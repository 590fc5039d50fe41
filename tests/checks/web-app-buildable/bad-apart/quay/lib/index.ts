export { Berth } from "./Berth";
