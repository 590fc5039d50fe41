import { scaleLinear } from "d3-scale";

export const Charts = { title: "Charts" };

export default function ChartPart() {
  return <svg width={scaleLinear().range([0, 640])(1)} />;
}
