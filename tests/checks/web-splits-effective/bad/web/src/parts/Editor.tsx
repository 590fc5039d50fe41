export default function Editor() { return <textarea />; }
