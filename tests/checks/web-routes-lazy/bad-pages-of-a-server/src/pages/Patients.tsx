export default function Patients() { return <main>Patients</main>; }
