// What the tests of the page need around it: programs that serve it, and a browser.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';

export const repository = new URL('../../', import.meta.url).pathname;
export const temporary = mkdtempSync(join(tmpdir(), 'solder-web-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

// `solder serve`, on free ports unless told otherwise; ends with stop(). Throws with what the program
// has printed when it serves no page.
export async function solderServe(options = [], path = join(repository, 'build/solder')) {
  const program = spawn(path, [
    'serve', ...(options.includes('--port') ? [] : ['--port', '0']),
    ...(options.includes('--tcp') ? [] : ['--tcp', '0']), ...options]);
  let printed = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (text) => (printed += text));
  const exit = once(program, 'close');
  while (!/; Ctrl-C ends/.test(printed)) {
    const [code] = await Promise.race([exit, once(program.stdout, 'data').then(() => [null])]);
    if (code !== null) throw new Error(`solder serve has ended: ${printed}`);
  }
  const stop = async () => {
    program.kill();
    await exit;
  };
  const address = /page at (\S+)/.exec(printed)?.[1];
  if (!address) {
    await stop();
    throw new Error(`the page is not served: ${printed}`);
  }
  return { address, tcp: /tcp:127\.0\.0\.1:(\d+)/.exec(printed)[1], stop };
}

const kTypes = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

// Any web server: the built files and nothing else. `sent` counts the bytes of each.
export async function staticServer() {
  const sent = new Map();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const file = path === '/' ? '/index.html' : path;
    try {
      const bytes = readFileSync(join(repository, 'build/web', file));
      sent.set(file, bytes.length);
      response.writeHead(200, { 'Content-Type': kTypes[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    sent,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const kChromium = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

// A browser with a user's data of its own.
export function browser(options = {}) {
  return chromium.launchPersistentContext(mkdtempSync(join(temporary, 'user-')), {
    executablePath: '/usr/bin/chromium',
    args: kChromium,
    viewport: { width: 1100, height: 900 },
    ...options,
  });
}

// A page that has loaded its model. Whatever it complains about is an error of the test.
export async function openPage(context, address, prepare = async () => {}) {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await prepare(page);
  await page.goto(address);
  await page.locator('#model-facts').filter({ hasText: 'operators' }).waitFor();
  return page;
}

export async function connected(page) {
  await page.locator('#virtual').getByText('Runs the same model.').waitFor();
}

// Strokes through points of a square from 0 to 1, as the mouse draws them.
export async function draw(page, ...strokes) {
  const box = await page.getByRole('application', { name: 'Drawing area' }).boundingBox();
  for (const [first, ...rest] of strokes) {
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(...at(first));
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...at(point), { steps: 8 });
    await page.mouse.up();
  }
}

export const seven = [[[0.3, 0.22], [0.7, 0.22], [0.45, 0.85]]];

export const digitOf = (page, place) => page.locator(`#${place} .best`);
export const result = (page, place) => page.locator(`#${place} .result:not(.stale)`);
export const infer = (page) => page.getByRole('button', { name: 'Infer' }).click();
