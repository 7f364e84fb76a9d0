// A .tflite that this browser runs.
import { describeFault, Instance, type Fault, type Tensor } from './module';

export interface ModelTensor extends Tensor {
  scales: number; // how many: 0 not quantized, 1, or one for each channel
  isConstant: number;
}

// Bytes of the arena from step `first` to step `last`; -1 is before the first step.
export interface PlannedBuffer {
  bytes: number;
  offset: number;
  first: number;
  last: number;
}

export interface Description {
  tensors: ModelTensor[];
  operators: { type: string; inputs: number[]; outputs: number[] }[];
  inputs: number[];
  outputs: number[];
  steps: number[]; // the operator of each
  roots: number[]; // of each tensor: the tensor in whose buffer it lies
  buffers: PlannedBuffer[]; // of each tensor, then of each step's scratch
  arenaBytes: number;
  planBytes: number;
}

export interface Step {
  operator: number;
  type: string;
  milliseconds: number;
}

export interface Inference {
  outputs: Uint8Array[];
  milliseconds: number;
  steps: Step[];
}

// Browsers tell time in coarse steps, and code gets faster when it has run for a while: a short
// inference is repeated for so long before it counts, and for so long while it does.
const kWarmUpMilliseconds = 20;
const kMeasureMilliseconds = 20;

export class Model {
  private constructor(
    readonly name: string,
    readonly file: Uint8Array,
    readonly instance: Instance,
    readonly description: Description,
  ) {}

  // Throws an Error with one line that says what is wrong with the file.
  static async load(name: string, file: Uint8Array): Promise<Model> {
    if (file.length === 0) throw new Error(`${name}: the file is empty`);
    const instance = await Instance.create();
    const at = instance.exports.model_room(file.length);
    if (at === 0) throw new Error(`${name}: the browser has no memory for it`);
    instance.view(at, file.length).set(file);
    try {
      instance.exports.model_load();
    } catch (error) {
      throw new Error(`${name}: reading it has failed (${String(error)})`);
    }
    const told = instance.text() as Description & { error?: Fault };
    if (told.error) throw new Error(`${name}: ${describeFault(told.error)}`);
    return new Model(name, file, instance, told);
  }

  get inputs(): ModelTensor[] {
    return this.description.inputs.map((index) => this.description.tensors[index]!);
  }
  get outputs(): ModelTensor[] {
    return this.description.outputs.map((index) => this.description.tensors[index]!);
  }

  // One inference, repeated to time every step: means of the runs that count.
  infer(inputs: Uint8Array[]): Inference {
    const { exports } = this.instance;
    const steps = this.description.steps;
    const totals = new Float64Array(steps.length);
    const begin = performance.now();
    let counted = begin, runs = 0;
    do {
      if (counted === begin && performance.now() - begin > kWarmUpMilliseconds) {
        counted = performance.now();
        totals.fill(0);
        runs = 0;
      }
      // Again each time: an inference may overwrite its inputs.
      inputs.forEach((input, index) =>
        this.instance.view(exports.model_input(index), input.length).set(input));
      let before = performance.now();
      for (let step = 0; step < steps.length; ++step) {
        exports.model_step(step);
        const after = performance.now();
        totals[step]! += after - before;
        before = after;
      }
      ++runs;
    } while (performance.now() - begin < kWarmUpMilliseconds + kMeasureMilliseconds);
    const times = Array.from(totals, (total) => total / runs);
    return {
      outputs: this.outputs.map((tensor, index) =>
        this.instance.copy(exports.model_output(index), tensor.bytes)),
      milliseconds: times.reduce((sum, time) => sum + time, 0),
      steps: steps.map((operator, index) => ({
        operator,
        type: this.description.operators[operator]!.type,
        milliseconds: times[index]!,
      })),
    };
  }
}
