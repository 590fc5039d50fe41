import { defineConfig, loadEnv } from 'vite'

export default defineConfig(({ mode }) => {
  const env = loadEnv(mode, process.cwd(), '')
  return { define: { 'process.env.REACT_APP_API': JSON.stringify(env.REACT_APP_API) } }
})
