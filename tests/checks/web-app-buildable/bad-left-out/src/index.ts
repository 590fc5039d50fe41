import { pilots } from "./pilots";

console.log(pilots.length);
