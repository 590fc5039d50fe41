import { readGauge } from "gauge-reader";

export const level = () => readGauge(1);
