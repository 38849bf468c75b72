// Looks at pages of a built site in Chromium, at the width of a telephone and of a desk, under the policy that is recommended for the
// web server: what axe finds (WCAG 2.2 AA and its best practices), what scrolls sideways, what asks other hosts, what the browser
// complains of, what weighs too much. Prints one line a finding and, last, what was looked at. Usage: pages.mjs TOOLS SITE STEP
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import zlib from 'node:zlib';

const [tools, site, step] = process.argv.slice(2);
const { chromium } = createRequire(path.join(tools, 'node_modules', '/'))('playwright-core');
const axe = fs.readFileSync(path.join(tools, 'node_modules/axe-core/axe.min.js'), 'utf8');
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
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking'] });

let looked = 0;
async function look(width) {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const page = await context.newPage();
  let here = '';
  const say = what => console.log(`${width} ${here}: ${what}`);
  page.on('request', request => { if (!request.url().startsWith(base)) say(`asks ${request.url()}`); });
  page.on('console', message => { if (message.type() === 'error') say(`console: ${message.text()}`); });
  page.on('pageerror', error => say(`error: ${error.message}`));
  for (here of chosen) {
    await page.goto(base + here);
    await page.evaluate(axe);
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await page.evaluate(runOnly => axe.run({ runOnly }), tags);
    for (const { id, nodes } of violations) say(`axe ${id}: ${nodes[0].html.slice(0, 200)}`);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) say('scrolls sideways');
    looked += 1;
  }
  await context.close();
}
await Promise.all([360, 1280].map(look));
await browser.close();
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
