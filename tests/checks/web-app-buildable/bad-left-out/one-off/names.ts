import { pilots } from "../pilot-types/src/models";

for (const one of pilots) console.log(one.name.trim());
