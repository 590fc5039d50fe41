import { tidesOf } from "harmonics";

export const shown = tidesOf("Quay 7");
