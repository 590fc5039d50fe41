import { words } from "quay-words";

export const manifest = (): string => JSON.stringify({ words });
