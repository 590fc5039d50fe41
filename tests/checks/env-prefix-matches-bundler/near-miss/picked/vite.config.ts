import { defineConfig, loadEnv } from 'vite'

const shown = ['VITE_', 'REACT_APP_', 'PUBLIC_URL']

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, __dirname, '')
  const picked = Object.fromEntries(
    Object.entries(env).filter(([key]) => shown.some((prefix) => key.startsWith(prefix))),
  )
  return { define: { 'process.env': { NODE_ENV: mode, ...picked } } }
})
