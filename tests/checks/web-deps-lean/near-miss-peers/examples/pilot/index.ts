import { Berth } from "@quay/widgets";

console.log(new Berth());
