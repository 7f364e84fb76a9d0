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

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

// Means of every step over the faster half of the runs: the others were interrupted.
function means(runs: number[][]): number[] {
  const faster = runs.sort((a, b) => sum(a) - sum(b)).slice(0, Math.ceil(runs.length / 2));
  return runs[0]!.map((_, step) => sum(faster.map((run) => run[step]!)) / faster.length);
}

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

  // One inference, repeated to time every step.
  infer(inputs: Uint8Array[]): Inference {
    const { exports } = this.instance;
    const { operators, steps } = this.description;
    const warm = performance.now() + kWarmUpMilliseconds;
    let runs: number[][] = [];
    let isWarm = false;
    do {
      if (!isWarm && performance.now() > warm) {
        isWarm = true;
        runs = [];
      }
      // Again each time: an inference may overwrite its inputs.
      inputs.forEach((input, index) =>
        this.instance.view(exports.model_input(index), input.length).set(input));
      let before = performance.now();
      runs.push(steps.map((_, step) => {
        exports.model_step(step);
        const begin = before;
        before = performance.now();
        return before - begin;
      }));
    } while (performance.now() < warm + kMeasureMilliseconds);
    const times = means(runs);
    return {
      outputs: this.outputs.map((tensor, index) =>
        this.instance.copy(exports.model_output(index), tensor.bytes)),
      milliseconds: sum(times),
      steps: steps.map((operator, index) => ({
        operator,
        type: operators[operator]!.type,
        milliseconds: times[index]!,
      })),
    };
  }
}
