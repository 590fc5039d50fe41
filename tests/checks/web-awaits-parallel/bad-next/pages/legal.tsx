import type { GetServerSideProps } from "next";

export default function Legal({ terms, imprint }: { terms: string; imprint: string }) {
  return (
    <article>
      {terms}
      {imprint}
    </article>
  );
}

const text = (name: string) => fetch(`https://texts.stays.example/${name}`).then((one) => one.text());

export const getServerSideProps: GetServerSideProps = async ({ locale }) => {
  const terms = await fetchCopy("terms", locale);
  const imprint = await fetchCopy("imprint", locale);
  return { props: { terms, imprint } };
};

async function fetchCopy(name: string, locale?: string) {
  const found = await text(`${locale ?? "en"}/${name}`);
  return found.trim();
}
