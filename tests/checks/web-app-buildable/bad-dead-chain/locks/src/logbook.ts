import { level } from "./levels";

export const line = () => `${level()}`;
