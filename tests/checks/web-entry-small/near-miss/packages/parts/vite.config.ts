import { defineConfig } from 'vite'

export default defineConfig({ build: { manifest: true, lib: { entry: 'src/index.ts' } } })
