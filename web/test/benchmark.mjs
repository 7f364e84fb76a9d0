// One inference of the MNIST network: this computer's own code beside WebAssembly, under Node and in
// Chromium. The least of many batches each, for other programs only ever add to it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { browser, repository, staticServer } from './serving.mjs';

// Milliseconds. Runs here and in a page.
async function measure({ module, model, digit }) {
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes(module));
  const { memory, model_room, model_load, model_input, model_invoke } = instance.exports;
  const put = (at, content) => new Uint8Array(memory.buffer).set(content, at);
  const file = bytes(model), input = bytes(digit);
  put(model_room(file.length), file);
  model_load();
  const kBatches = 400, kRuns = 4;
  let least = Infinity;
  for (let batch = 0; batch < kBatches; ++batch) {
    const begin = performance.now();
    for (let run = 0; run < kRuns; ++run) {
      put(model_input(0), input);
      model_invoke();
    }
    least = Math.min(least, (performance.now() - begin) / kRuns);
  }
  return least;
}

async function inChromium(files) {
  const server = await staticServer();
  const context = await browser();
  const page = await context.newPage();
  await page.goto(server.address);
  const milliseconds = await page.evaluate(measure, files);
  const version = context.browser()?.version() ?? '';
  await context.close();
  await server.stop();
  return [`WebAssembly, Chromium ${version}`, milliseconds];
}

function native() {
  const told = execFileSync(join(repository, 'build/tests/solder_benchmark'), [
    '--benchmark_filter=mnist_float32/generic', '--benchmark_repetitions=400',
    '--benchmark_min_time=0.002', '--benchmark_format=json',
  ], { stdio: ['ignore', 'pipe', 'ignore'] });
  const times = JSON.parse(told).benchmarks
    .filter((each) => each.run_type === 'iteration').map((each) => each.real_time);
  return Math.min(...times);
}

const read = (...path) => readFileSync(join(repository, ...path));
const files = {
  module: gunzipSync(read('build/web/solder.wasm.gz')).toString('base64'),
  model: read('models/mnist/mnist.tflite').toString('base64'),
  digit: read('models/digit/digit.f32').toString('base64'),
};
const own = native();
const rows = [
  ['native, generic kernels', own],
  [`WebAssembly, Node ${process.versions.node}`, await measure(files)],
  await inChromium(files),
];
for (const [name, milliseconds] of rows)
  console.log(`${name.padEnd(40)}${milliseconds.toFixed(3)} ms  ${(milliseconds / own).toFixed(2)} of native`);
