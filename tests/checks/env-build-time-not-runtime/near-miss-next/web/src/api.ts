export const api = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";
export const maps = process.env.NEXT_PUBLIC_MAPS_URL || "https://maps.example.org";
