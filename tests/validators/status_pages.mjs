// Looks at the status pages of a running daemon; prints a line a finding and, last, how many were looked at.
// Usage: status_pages.mjs TOOLS BASE PATH…
import { look } from './look.mjs';

const [tools, base, ...paths] = process.argv.slice(2);
const looked = await look(tools, base, paths, [
  { viewport: { width: 360, height: 900 }, colorScheme: 'light', locale: 'lt-LT' },
  { viewport: { width: 1280, height: 900 }, colorScheme: 'dark', locale: 'en-GB' },
]);
console.log(`looked ${looked} of ${paths.length * 2}`);
