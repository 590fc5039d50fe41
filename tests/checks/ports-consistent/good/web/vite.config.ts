import { defineConfig } from 'vite';

export default defineConfig({
  server: {
    port: 5300,
    proxy: {
      // the old port of the tracker
      '/parcels': { target: 'http://localhost:4100', changeOrigin: true },
    },
  },
});
