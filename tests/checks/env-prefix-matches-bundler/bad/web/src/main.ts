const locale = import.meta.env.VITE_LOCALE
// process.env.NEXT_PUBLIC_IN_A_COMMENT is no read
const tiles = process.env.NEXT_PUBLIC_TILES ?? 'https://tiles.example.org'
const api = (import.meta as any).env.NEXT_PUBLIC_API_URL
console.log(locale, tiles, api)
