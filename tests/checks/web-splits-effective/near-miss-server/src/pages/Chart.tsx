export default function Chart() { return <svg />; }
