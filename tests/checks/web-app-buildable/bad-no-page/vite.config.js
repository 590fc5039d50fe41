import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// root: 'client' until the move
export default defineConfig({ plugins: [vue()] })
