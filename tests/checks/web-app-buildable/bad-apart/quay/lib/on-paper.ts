import { plot } from "plotter-ink";

export const draw = () => plot("berth");
