// Looks at pages of a built site in Chromium, at the width of a telephone and of a desk, under the policy that is recommended for the
// web server: what axe finds (WCAG 2.2 AA and its best practices), what scrolls sideways, what asks other hosts, what the browser
// complains of, what weighs too much. Prints one line a finding and, last, what was looked at. Usage: pages.mjs TOOLS SITE STEP
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import zlib from 'node:zlib';

import { look } from './look.mjs';

const [tools, site, step] = process.argv.slice(2);
const MOST_OCTETS = 50_000;
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.json': 'application/json', '.webmanifest': 'application/manifest+json' };
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; media-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const pages = fs.readdirSync(site, { recursive: true }).sort()
  .filter(file => /(^|\/)(index|404)\.html$/.test(file))
  .filter(file => !fs.readFileSync(path.join(site, file), 'utf8').includes('http-equiv="refresh"'))
  .map(file => '/' + file.replace(/index\.html$/, ''));
// The shallowest pages are of all kinds; of the rest, every so many.
const chosen = pages.filter((page, place) => page.split('/').length <= 3 || place % Number(step) === 0);

const server = http.createServer((request, response) => {
  let file = path.join(site, decodeURIComponent(new URL(request.url, 'http://site').pathname));
  if (file.endsWith('/')) file += 'index.html';
  if (!fs.existsSync(file)) { response.writeHead(404).end(); return; }
  const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': POLICY }).end(fs.readFileSync(file));
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${server.address().port}`;
const looked = await look(tools, base, chosen, [360, 1280].map(width => ({ viewport: { width, height: 900 } })));
server.close();

const weigh = file => zlib.gzipSync(fs.readFileSync(path.join(site, file))).length;
const shared = weigh('style.css') + weigh('favicon.svg');
let heaviest = 0;
for (const page of pages) {
  const octets = shared + weigh(page.endsWith('/') ? `${page}index.html` : page);
  heaviest = Math.max(heaviest, octets);
  if (octets > MOST_OCTETS) console.log(`${page}: weighs ${octets} octets`);
}
console.log(`looked ${looked} of ${pages.length * 2}, the heaviest page ${heaviest} octets with gzip`);
