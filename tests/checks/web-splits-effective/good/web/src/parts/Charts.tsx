export default function ChartPart() { return <svg />; }
