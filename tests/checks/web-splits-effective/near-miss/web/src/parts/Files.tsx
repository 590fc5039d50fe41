export default function Files() { return <ul />; }
