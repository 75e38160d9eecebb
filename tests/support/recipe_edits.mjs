// Carries out edits of a recipe's text with the page's own code: JSON in, JSON out.
// `node recipe_edits.mjs FOLDER_OF_THE_PAGE`, with [{text, edits: [[name, ...arguments]]}] as input.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const vite = createRequire(`${folder}/package.json`).resolve("vite");
const { createServer } = await import(pathToFileURL(vite).href);
const server = await createServer({
  root: folder,
  appType: "custom",
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, ws: false, watch: null },
});
const toml = await server.ssrLoadModule("/src/pages/recipes/toml.ts");
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const asked = JSON.parse(Buffer.concat(chunks).toString());
const answers = asked.map(({ text, edits }) => ({
  text: edits.reduce((now, [name, ...values]) => toml[name](now, ...values), text),
  tables: toml.tablesOf(text),
}));
await server.close();
process.stdout.write(JSON.stringify(answers));
