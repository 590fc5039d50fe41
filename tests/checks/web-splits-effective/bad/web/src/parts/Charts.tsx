export const Charts = { title: "Charts" }; export default function ChartPart() { return <svg />; }
