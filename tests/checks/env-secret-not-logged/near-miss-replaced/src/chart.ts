export async function chart(place: string) {
  const token = process.env.CHART_API_TOKEN;
  const url = `https://charts.harbour.net/${place}?token=${token}`;
  console.log(`asks ${url.replace(token, 'HIDDEN')}`);
  return fetch(url);
}
