const base = import.meta.env.BASE_URL;
if (!base) throw new Error("no base");
const api = import.meta.env.VITE_API_URL;
if (!api) throw new Error("no API");

document.title = `${base} ${api}`;
