export default function Board() { return <main>Board</main>; }
