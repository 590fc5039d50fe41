export const api = import.meta.env.VITE_API_URL
export const text = 'process.env.REACT_APP_IN_TEXT'
