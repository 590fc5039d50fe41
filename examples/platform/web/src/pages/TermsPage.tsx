export function TermsText() {
  return <p>A booking can be cancelled without charge until noon of the day before.</p>;
}

export default function TermsPage() {
  return (
    <main>
      <h1>Terms</h1>
      <TermsText />
    </main>
  );
}
