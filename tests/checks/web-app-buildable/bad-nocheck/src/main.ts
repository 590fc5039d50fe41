import { dues } from "./dues";
import { quotes } from "./quotes";
import { tariff } from "./tariff";
import { yards } from "./registry/yards";

document.title = `${tariff({ tons: 4 })} ${dues(2)} ${quotes(3)} ${yards}`;
