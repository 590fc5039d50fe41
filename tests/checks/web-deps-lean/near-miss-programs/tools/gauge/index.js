import { red } from "kleur";

console.log(red("low water"));
