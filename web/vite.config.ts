// The development server, and the build that any static host can serve.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where `/config.json` comes from during development: `cargo run -p local`, or a deployed stack's page.
const parlorUrl = process.env.PARLOR_URL ?? 'http://localhost:4000';

export default defineConfig({
  plugins: [react()],
  server: {
    port: 5173,
    // The bucket's CORS rule names this origin; on another port the uploads of a deployed stack would fail.
    strictPort: true,
    proxy: { '/config.json': { target: parlorUrl, changeOrigin: true } },
  },
  build: { target: 'es2022', chunkSizeWarningLimit: 700 },
});
