export default function Letters() { return <main>Letters</main>; }
