// The page in a real browser, with the virtual board behind it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  browser, connected, digitOf, draw, infer, openPage, repository, result, seven, solderServe,
  staticServer, temporary,
} from './serving.mjs';

const kMostTransfer = 150 * 1024;
let context, served;

before(async () => {
  [context, served] = await Promise.all([browser(), solderServe()]);
});
after(async () => {
  await context?.close();
  await served?.stop();
});

async function drop(page, name, bytes) {
  await page.evaluate(([file, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], file));
    dispatchEvent(new DragEvent('drop', { dataTransfer: data }));
  }, [name, Buffer.from(bytes).toString('base64')]);
}

// A serial port whose other end is a virtual board.
const bridgedSerial = () => {
  const open = async (port) => {
    const socket = new WebSocket(new URL('board', location.href.replace('http', 'ws')));
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve) => (socket.onopen = resolve));
    window.unplug = () => socket.close();
    port.readable = new ReadableStream({
      start(to) {
        socket.onmessage = (event) => to.enqueue(new Uint8Array(event.data));
        socket.onclose = () => {
          port.readable = null;
          to.error(new DOMException('The device has been lost.', 'NetworkError'));
        };
      },
    });
    port.writable = new WritableStream({ write: (bytes) => socket.send(bytes) });
  };
  const port = { open: () => open(port), close: async () => {} };
  Object.defineProperty(navigator, 'serial', { value: { requestPort: async () => port } });
};

test('a digit drawn by mouse is recognised here and on the virtual board', async () => {
  const page = await openPage(context, served.address);
  await connected(page);
  await draw(page, ...seven);
  await page.getByText('100.0 %').first().waitFor();
  assert.equal(await digitOf(page, 'here').textContent(), '7');
  await infer(page);
  await result(page, 'virtual').waitFor();
  assert.equal(await digitOf(page, 'virtual').textContent(), '7');
  for (const place of ['here', 'virtual']) {
    assert.equal(await page.locator(`#${place} .bars li`).count(), 10);
    assert.equal(await page.locator(`#${place} .steps tr`).count(), 8);
  }
  assert.match(await page.locator('#virtual .note').textContent(), /the output here|the last bit/);
  assert.match(await page.locator('#news').textContent(), /This browser: 7.*; Virtual board: 7/);

  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('Draw a digit, or take an example.').waitFor();
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test('the keyboard draws, and every example is what it says', async () => {
  const page = await openPage(context, served.address);
  await connected(page); // a board that comes in between is asked, too, and its answer told
  const pad = page.getByRole('application', { name: 'Drawing area' });
  await page.keyboard.press('Tab');
  assert.ok(await pad.evaluate((element) => element === document.activeElement), 'first in order');
  for (let i = 0; i < 9; ++i) await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  for (let i = 0; i < 18; ++i) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  assert.equal(await page.locator('#news').textContent(), 'pen up');
  assert.equal(await digitOf(page, 'here').textContent(), '1');
  await page.keyboard.press('Delete');
  assert.ok(await page.locator('#here .result').isHidden());
  for (let digit = 0; digit < 10; ++digit) {
    await page.keyboard.press(String(digit));
    assert.equal(await digitOf(page, 'here').textContent(), String(digit));
  }
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'infer');
  await page.close();
});

test('a board at a serial port is asked by Web Serial', async () => {
  const page = await openPage(context, served.address, (it) => it.addInitScript(bridgedSerial));
  await draw(page, ...seven);
  const board = page.locator('#real');
  await board.getByRole('button', { name: 'Connect' }).click();
  await board.getByText('Runs the same model.').waitFor();
  await infer(page);
  await result(page, 'real').waitFor();
  assert.equal(await digitOf(page, 'real').textContent(), '7');
  assert.equal(await board.locator('.steps tr').count(), 8);
  await page.evaluate(() => window.unplug());
  await board.getByText('the board was unplugged: plug it in and connect again').waitFor();
  assert.ok(await board.getByRole('button', { name: 'Connect' }).isVisible());
  await page.close();
});

test('what can go wrong with a serial port is told', async () => {
  const cases = [
    [() => Object.defineProperty(navigator, 'serial', { value: undefined }),
      /^This browser has no Web Serial\./],
    [() => Object.defineProperty(navigator, 'serial',
      { value: { requestPort: () => Promise.reject(new DOMException('', 'NotFoundError')) } }),
    /^no port was chosen$/],
    [() => Object.defineProperty(navigator, 'serial', { value: { requestPort: async () => ({
      open: () => Promise.reject(new DOMException('Failed to open serial port.', 'NetworkError')),
    }) } }),
    /does another program use it, or are you not in its group \(dialout/],
    [() => Object.defineProperty(navigator, 'serial', { value: { requestPort: async () => ({
      open: async () => {},
      close: async () => {},
      readable: new ReadableStream(),
      writable: new WritableStream(),
    }) } }),
    /^the board does not answer: is it the right port/],
  ];
  const hurried = await browser(); // its clock is set for all of its pages
  for (const [serial, told] of cases) {
    const page = await openPage(hurried, served.address, async (it) => {
      await it.addInitScript(serial);
      await it.clock.install();
    });
    const connect = page.locator('#real').getByRole('button', { name: 'Connect' });
    if (await connect.isVisible()) await connect.click();
    for (let second = 0; second < 20; ++second) await page.clock.runFor(1000);
    assert.match(await page.locator('#real .state').textContent(), told);
  }
  await hurried.close();
});

test('a model that is dropped is shown, run and uploaded', async () => {
  const page = await openPage(context, served.address);
  await connected(page);
  const relu = join(temporary, 'relu.tflite');
  execFileSync(join(repository, 'build/solder'),
    ['convert', '/usr/share/libonnx-testdata/data/node/test_relu/model.onnx', '-o', relu]);
  await drop(page, 'relu.tflite', readFileSync(relu));
  await page.getByText('relu.tflite').first().waitFor();
  assert.equal(await page.locator('#operators tbody tr').count(), 1);
  assert.match(await page.locator('#operators').textContent(), /RELU.*3×4×5/);
  assert.equal(await page.locator('#here .bars li').count(), 10, 'ran with random values');
  assert.match(await page.locator('#virtual .state').textContent(), /Runs another model/);
  await page.locator('#virtual').getByRole('button', { name: 'Upload the model' }).click();
  await connected(page);
  await result(page, 'virtual').waitFor();
  assert.equal(await page.locator('#virtual .note').textContent(),
    'The same output as here, to the last bit.');
  await page.getByLabel('Input').selectOption('zeros');
  assert.equal(await page.locator('#here .sure').textContent(), '0.0 %');
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test('a damaged model gets one line, and the one before stays', async () => {
  const page = await openPage(context, served.address);
  const file = readFileSync(join(repository, 'models/mnist/mnist.tflite'));
  const alert = page.getByRole('alert');
  const cases = [
    ['cut.tflite', file.subarray(0, 5000), /^cut\.tflite: the file is damaged or cut off/],
    ['empty.tflite', [], /^empty\.tflite: the file is empty$/],
    ['text.tflite', Buffer.from('no model'), /^text\.tflite: /],
    ['net.onnx', readFileSync(join(repository, 'models/mnist/mnist.onnx')),
      /^net\.onnx: .*solder convert makes a \.tflite of it$/],
  ];
  for (const [name, bytes, told] of cases) {
    await drop(page, name, bytes);
    await alert.filter({ hasText: name }).waitFor();
    assert.match(await alert.textContent(), told);
  }
  // Bits flipped all over: an error or a model, never a page that fails.
  await page.evaluate(async () => {
    const whole = new Uint8Array(await (await fetch('model.tflite')).arrayBuffer());
    for (let i = 0; i < 60; ++i) {
      const flipped = whole.slice(0, i % 2 ? whole.length : 2500);
      for (let n = 0; n < 4; ++n) flipped[(i * 7919 + n * 104729) % 2500] ^= 1 << (i % 8);
      const data = new DataTransfer();
      data.items.add(new File([flipped], `flipped${i}.tflite`));
      dispatchEvent(new DragEvent('drop', { dataTransfer: data }));
    }
  });
  await drop(page, 'good.tflite', file);
  await page.getByText('good.tflite').first().waitFor();
  await draw(page, ...seven);
  assert.equal(await digitOf(page, 'here').textContent(), '7');
  assert.ok(await alert.isHidden());
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test('the digit is exported in every format', async () => {
  const page = await openPage(context, served.address);
  await draw(page, ...seven);
  const files = {};
  for (const format of ['txt', 'npy', 'h', 'png']) {
    await page.getByLabel('Export as').selectOption(format);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    assert.equal((await download).suggestedFilename(), `digit.${format}`);
    files[format] = readFileSync(await (await download).path());
  }
  const lines = files.txt.toString().trimEnd().split('\n');
  assert.equal(lines.length, 784);
  assert.ok(lines.every((line) => /^\d\.\d{18}e[+-]\d\d$/.test(line)), 'as numpy.savetxt writes');
  const values = Float32Array.from(lines, Number);
  assert.ok(values.some((value) => value > 0.9) && values.every((value) => value >= 0 && value <= 1));

  const headerBytes = 10 + files.npy.readUInt16LE(8);
  assert.equal(files.npy.subarray(0, 8).toString('latin1'), '\x93NUMPY\x01\0');
  assert.equal(headerBytes % 64, 0);
  assert.match(files.npy.subarray(10, headerBytes).toString(), /'<f4'.*\(28, 28\)/);
  assert.deepEqual(
    Float32Array.from(values.keys(), (i) => files.npy.readFloatLE(headerBytes + 4 * i)), values);

  const literals = files.h.toString().match(/[\d.e-]+(?=f,)/g);
  assert.deepEqual(Float32Array.from(literals, Number), values);
  assert.equal(files.png.subarray(1, 4).toString(), 'PNG');
  assert.equal(files.png.readUInt32BE(16), 28);
  await page.close();
});

test('static files do from any web server, in few bytes, and without a network', async () => {
  const server = await staticServer();
  const page = await openPage(context, server.address);
  await page.getByText('The virtual board needs a page that comes from solder serve.').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  const bytes = [...server.sent].filter(([file]) => file !== '/model.tflite')
    .reduce((sum, [, size]) => sum + size, 0);
  console.log(`transfer: ${bytes} bytes without the model`);
  assert.deepEqual([...server.sent.keys()].sort(),
    ['/index.html', '/model.tflite', '/offline.js', '/page.css', '/page.js', '/solder.wasm.gz']);
  assert.ok(bytes < kMostTransfer, `${bytes} bytes`);

  await server.stop();
  await page.reload();
  await page.locator('#model-facts').filter({ hasText: 'operators' }).waitFor();
  await draw(page, ...seven);
  assert.equal(await digitOf(page, 'here').textContent(), '7');
  await page.close();
});

test('a firmware image that is none is told', async () => {
  const broken = await solderServe(['--firmware', join(repository, 'README.md')]);
  const page = await openPage(context, broken.address);
  await page.locator('#virtual .bad').filter({ hasText: 'README.md' }).waitFor();
  await page.close();
  await broken.stop();
});

test('a program that finds no page, no firmware or no port says so', async () => {
  const folder = join(temporary, 'alone');
  mkdirSync(folder);
  const program = join(folder, 'solder');
  cpSync(join(repository, 'build/solder'), program);
  const model = join(repository, 'models/mnist/mnist.tflite');
  await assert.rejects(solderServe([model], program),
    /the page is not built, only the stand-in is served; scripts\/build_web\.sh builds it/);

  cpSync(join(repository, 'build/web'), join(folder, 'web'), { recursive: true });
  const server = await solderServe([model], program);
  const page = await openPage(context, server.address);
  await page.locator('#virtual .bad').filter({ hasText: 'no firmware image is built' }).waitFor();
  await page.close();
  const { port } = new URL(server.address);
  await assert.rejects(solderServe(['--port', port]),
    new RegExp(`has ended: solder: HTTP port ${port}: .*in use; choose another with --port\n$`));
  await assert.rejects(solderServe(['--tcp', server.tcp]),
    new RegExp(`has ended: solder: TCP port ${server.tcp}: .*in use; choose another with --tcp\n$`));
  await server.stop();
});

// For docs/images when SOLDER_SCREENSHOTS is set; elsewhere they show that the page is in one piece.
test('pictures of the page, on a desk and on a phone', async () => {
  const folder = process.env.SOLDER_SCREENSHOTS ?? join(temporary, 'screenshots');
  mkdirSync(folder, { recursive: true });
  for (const [name, width, colorScheme] of [['page', 1000, 'light'], ['page-phone', 390, 'dark']]) {
    const page = await openPage(context, served.address, async (it) => {
      await it.setViewportSize({ width, height: 900 });
      await it.emulateMedia({ colorScheme });
    });
    await connected(page);
    await page.getByLabel('Example').selectOption('5');
    await infer(page);
    await result(page, 'virtual').waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} pixels wider than the screen`);
    writeFileSync(join(folder, `${name}.png`), await page.screenshot({ fullPage: width > 600 }));
    await page.close();
  }
});
