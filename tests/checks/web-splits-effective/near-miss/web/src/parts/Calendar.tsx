export default function Calendar() { return <table />; }
