import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

const root = import.meta.dirname;
const output = join(root, "../api/console");

/** The sha256 of all sources, so that a test can prove that the built files are theirs. */
function sourcesHash() {
  const hash = createHash("sha256");
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => relative(root, join(each.parentPath, each.name)))
    .filter((name) => !name.startsWith("node_modules"))
    .sort();
  for (const name of files) {
    hash.update(`${name}\0`);
    hash.update(readFileSync(join(root, name)));
  }
  return hash.digest("hex");
}

const recordSources = {
  name: "record-sources",
  closeBundle() {
    writeFileSync(join(output, "build.json"), `${JSON.stringify({ sources: sourcesHash() })}\n`);
  },
};

export default defineConfig({
  root,
  plugins: [preact({ devToolsEnabled: false, prefreshEnabled: false }), recordSources],
  build: {
    outDir: output,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { app: join(root, "index.html"), docs: join(root, "docs.html") },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
  experimental: {
    // Pages are served beside the folder `console`, under any path of a proxy.
    renderBuiltUrl: (name, { hostType }) =>
      hostType === "html" ? `console/${name}` : { relative: true },
  },
});
