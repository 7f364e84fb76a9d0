// Runs models in TensorFlow Lite and ONNX Runtime: run.cjs JOBS RESULTS. JOBS is a JSON array of
//   {"runtime": "tflite" or "onnx", "model": FILE, "runs": [{"inputs": [FILE, ...], "output": FILE}, ...]}
// of models whose first output counts; files of tensors are raw and little-endian, and outputs are written.
// "runs" of tflite may be one {"batch": FILE, "output": FILE}: inputs of a model with one, back to back.
// RESULTS gets for each an array of the kinds of nodes that were executed (of tflite).
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

// The module by itself: TensorFlow.js is not needed, and knows fewer types of tensors.
async function loadTflite() {
  const wasm = path.join(path.dirname(require.resolve('@tensorflow/tfjs-tflite/package.json')), 'wasm');
  const source = fs.readFileSync(path.join(wasm, 'tflite_web_api_cc.js'), 'utf8');
  const factory = vm.runInThisContext(`${source}; tflite_web_api_ModuleFactory`);
  return factory({
    wasmBinary: fs.readFileSync(path.join(wasm, 'tflite_web_api_cc.wasm')),
    print: () => {},
    printErr: (text) => process.stderr.write(`${text}\n`),
  });
}

// A view of the same memory.
const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function runTflite(tflite, job) {
  const model = fs.readFileSync(job.model);
  const address = tflite._malloc(model.length);
  tflite.HEAPU8.set(model, address);
  const options = { numThreads: 1, enableProfiling: true, maxProfilingBufferEntries: 4096 };
  const created = tflite.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, model.length, options);
  if (!created.ok()) throw new Error(`${job.model}: ${created.errorMessage()}`);
  const runner = created.value();
  const inputOf = (i) => bytesOf(runner.GetInputs().get(i).data());
  const infer = () => {
    if (!runner.Infer()) throw new Error(`${job.model}: inference failed`);
    return bytesOf(runner.GetOutputs().get(0).data());
  };
  for (const { inputs, batch, output } of job.runs) {
    if (batch) {
      const all = fs.readFileSync(batch);
      const outputs = [];
      for (let at = 0, size = inputOf(0).length; at < all.length; at += size) {
        inputOf(0).set(all.subarray(at, at + size));
        outputs.push(Buffer.from(infer()));
      }
      fs.writeFileSync(output, Buffer.concat(outputs));
      continue;
    }
    inputs.forEach((input, i) => {
      const bytes = fs.readFileSync(input);
      const target = inputOf(i);
      if (target.length !== bytes.length) throw new Error(`${input}: want ${target.length} bytes`);
      target.set(bytes);
    });
    fs.writeFileSync(output, infer());
  }
  const nodes = runner.GetProfilingResults();
  const kinds = [];
  for (let i = 0; i < nodes.size(); ++i) kinds.push(nodes.get(i).nodeType);
  return kinds;
}

async function runOnnx(ort, job) {
  const session = await ort.InferenceSession.create(job.model, { logSeverityLevel: 3 });
  const { shape } = session.inputMetadata[0];
  for (const { inputs, output } of job.runs) {
    const bytes = fs.readFileSync(inputs[0]);
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const dims = shape.map((d) => (typeof d === 'number' && d > 0 ? d : 1));
    const result = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', values, dims) });
    fs.writeFileSync(output, bytesOf(result[session.outputNames[0]].data));
  }
  return [];
}

async function main() {
  const [, , jobsFile, resultsFile] = process.argv;
  const jobs = JSON.parse(fs.readFileSync(jobsFile, 'utf8'));
  const tflite = await loadTflite();
  const ort = require('onnxruntime-node');
  const kinds = [];
  for (const job of jobs) {
    kinds.push(job.runtime === 'onnx' ? await runOnnx(ort, job) : runTflite(tflite, job));
  }
  fs.writeFileSync(resultsFile, `${JSON.stringify(kinds)}\n`);
}

main().catch((error) => {
  process.stderr.write(`run.cjs: ${error.message ?? error}\n`);
  process.exit(1);
});
