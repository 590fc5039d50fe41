export default async function Layout({ children }: { children: React.ReactNode }) {
  const notice = await fetchNotice("ward");
  const weather = await fetchNotice("weather");
  return <main>{children}{notice}{weather}</main>;
}

async function fetchNotice(name: string) {
  const answer = await fetch(`https://notices.ward.example/${name}`);
  return answer.text();
}
