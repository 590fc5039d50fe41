export interface Harbour {
  id: string;
  name: string;
  country: string;
}

export interface Berth {
  id: string;
  label: string;
}

export interface Tides {
  high: string;
  low: string;
}

export interface SeasonLine {
  harbour: string;
  bookings: number;
}

const base = import.meta.env.VITE_API_URL ?? "/api";
const country = import.meta.env.VITE_HARBOUR_COUNTRY ?? "";

async function read<T>(path: string): Promise<T> {
  const response = await fetch(`${base}${path}`);
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return response.json();
}

export async function listHarbours(): Promise<Harbour[]> {
  const found = await read<Harbour[]>("/harbours");
  return country === "" ? found : found.filter((harbour) => harbour.country === country);
}

export const getHarbour = (id: string) => read<Harbour>(`/harbours/${id}`);
export const listBerths = (id: string) => read<Berth[]>(`/harbours/${id}/berths`);
export const getTides = (id: string) => read<Tides>(`/harbours/${id}/tides`);
export const getSeason = () => read<SeasonLine[]>("/reports/season");
export const getSizes = () => read<[string, number][]>("/reports/sizes");

export async function book(booking: Record<string, string>): Promise<void> {
  const response = await fetch(`${base}/bookings`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(booking),
  });
  if (!response.ok) {
    throw new Error(`booking: ${response.status}`);
  }
}
