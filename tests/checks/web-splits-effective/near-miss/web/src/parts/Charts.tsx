export type ChartOptions = { kind: string }; export default function ChartPart() { return <svg />; }
