import { defineConfig } from "vite";

// The page is served under `default-src 'self'`: no inline script or style, no data: URL.
export default defineConfig({
  base: "/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    reportCompressedSize: false,
    // The licenses of what is bundled ask to go where it goes.
    license: { fileName: "licenses.md" },
  },
});
