export interface Harbour {
  id: string;
  name: string;
  country: string;
}

const base = import.meta.env.VITE_API_URL ?? "/api";
const country = import.meta.env.VITE_HARBOUR_COUNTRY ?? "";

export async function listHarbours(): Promise<Harbour[]> {
  const response = await fetch(`${base}/harbours`);
  if (!response.ok) {
    throw new Error(`harbours: ${response.status}`);
  }
  const found: Harbour[] = await response.json();
  return country === "" ? found : found.filter((harbour) => harbour.country === country);
}
