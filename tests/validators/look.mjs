// Looks at pages in Chromium, in a light and a dark room, at the width of a telephone and of a desk: what axe finds (WCAG 2.2 AA and
// its best practices), what scrolls sideways, what asks other hosts, what the browser complains of. One line a finding.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Looks at `paths` of the server at `base` in each of `contexts` (Playwright's options); returns how many pages were looked at. */
export async function look(tools, base, paths, contexts) {
  const { chromium } = createRequire(path.join(tools, 'node_modules', '/'))('playwright-core');
  const axe = fs.readFileSync(path.join(tools, 'node_modules/axe-core/axe.min.js'), 'utf8');
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking'] });
  let looked = 0;
  await Promise.all(contexts.map(async options => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    let here = '';
    const say = what => console.log(`${options.viewport.width} ${here}: ${what}`);
    page.on('request', request => { if (!request.url().startsWith(base)) say(`asks ${request.url()}`); });
    page.on('console', message => { if (message.type() === 'error') say(`console: ${message.text()}`); });
    page.on('pageerror', error => say(`error: ${error.message}`));
    for (here of paths) {
      const answer = await page.goto(base + here);
      if (answer.status() !== 200) say(`answers ${answer.status()}`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(runOnly => axe.run({ runOnly }), TAGS);
      for (const { id, nodes } of violations) say(`axe ${id}: ${nodes[0].html.slice(0, 200)}`);
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) say('scrolls sideways');
      looked += 1;
    }
  }));
  await browser.close();
  return looked;
}
