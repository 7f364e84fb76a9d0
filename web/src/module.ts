// The WebAssembly module: the runtime and the protocol of bindings/wasm.

export interface Tensor {
  name: string;
  type: string;
  typeCode: number;
  shape: number[];
  bytes: number;
  scaleBits: number;
  zeroPoint: number;
}

// What went wrong, as the runtime or a board's firmware says it.
export interface Fault {
  message: string;
  operatorIndex: number;
  operatorType?: string;
  detail: number;
}

export interface Exports {
  memory: WebAssembly.Memory;
  text(): number;
  text_bytes(): number;
  room(bytes: number): number;
  crc32_of(at: number, bytes: number, before: number): number;
  store_real_values(type: number, scale: number, zero: number, from: number, count: number, to: number): void;
  load_real_values(type: number, scale: number, zero: number, from: number, count: number, to: number): void;
  type_has_real_values(type: number): number;

  model_room(bytes: number): number;
  model_load(): void;
  model_input(index: number): number;
  model_output(index: number): number;
  model_step(index: number): void;

  line_begin(session: number, baud: number): void;
  line_arrived(): number;
  line_arrived_capacity(): number;
  line_feed(first: number, end: number, now: number): number;
  line_poll(now: number): void;
  line_state(): number;
  line_board_version(): number;
  line_outgoing(): number;
  line_take_outgoing(): number;
  line_data(): number;
  line_data_capacity(): number;
  line_reply(): void;
  ask_info(now: number): void;
  ask_invoke(bytes: number, crc32: number, now: number): void;
  ask_write(input: number, offset: number, bytes: number, now: number): void;
  ask_read(output: number, offset: number, bytes: number, now: number): void;
  ask_profile(first: number, now: number): void;
  ask_upload_begin(bytes: number, crc32: number, now: number): void;
  ask_upload_write(offset: number, bytes: number, now: number): void;
  ask_upload_commit(now: number): void;
}

let compiled: Promise<WebAssembly.Module> | undefined;

async function unpack(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  const first = new Uint8Array(bytes, 0, 2);
  if (first[0] !== 0x1f || first[1] !== 0x8b) return bytes; // the server has unpacked it
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

async function compile(): Promise<WebAssembly.Module> {
  const answer = await fetch('solder.wasm.gz');
  if (!answer.ok) throw new Error(`solder.wasm.gz: the server says ${answer.status}`);
  return WebAssembly.compile(await unpack(await answer.arrayBuffer()));
}

// One instance of the module: it has one model, or one line to a board, and its memory goes with it.
export class Instance {
  private constructor(readonly exports: Exports) {}

  static async create(): Promise<Instance> {
    compiled ??= compile();
    const instance = await WebAssembly.instantiate(await compiled);
    return new Instance(instance.exports as unknown as Exports);
  }

  // A view lasts until the module's memory grows.
  view(at: number, bytes: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, at, bytes);
  }
  copy(at: number, bytes: number): Uint8Array {
    return this.view(at, bytes).slice();
  }
  // What the module last had to say; null when nothing.
  text(): unknown {
    const bytes = this.copy(this.exports.text(), this.exports.text_bytes());
    return bytes.length > 0 ? JSON.parse(new TextDecoder().decode(bytes)) : null;
  }

  private scratch = { at: 0, bytes: 0 };
  private room(bytes: number): number {
    if (bytes > this.scratch.bytes) this.scratch = { at: this.exports.room(bytes), bytes };
    return this.scratch.at;
  }

  crc32(bytes: Uint8Array, before = 0): number {
    const at = this.room(bytes.length);
    this.view(at, bytes.length).set(bytes);
    return this.exports.crc32_of(at, bytes.length, before) >>> 0;
  }

  hasRealValues(tensor: Tensor): boolean {
    return this.exports.type_has_real_values(tensor.typeCode) !== 0;
  }
  // Real values as the tensor holds them, and back.
  store(tensor: Tensor, values: Float32Array): Uint8Array {
    const from = this.room(4 * values.length + tensor.bytes + 16);
    const to = from + 4 * values.length;
    new Float32Array(this.exports.memory.buffer, from, values.length).set(values);
    this.exports.store_real_values(
      tensor.typeCode, scaleOf(tensor), tensor.zeroPoint, from, values.length, to);
    return this.copy(to, tensor.bytes);
  }
  load(tensor: Tensor, bytes: Uint8Array): Float32Array {
    const count = elementsOf(tensor);
    const to = this.room(4 * count + bytes.length);
    const from = to + 4 * count;
    this.view(from, bytes.length).set(bytes);
    this.exports.load_real_values(tensor.typeCode, scaleOf(tensor), tensor.zeroPoint, from, count, to);
    return new Float32Array(this.exports.memory.buffer, to, count).slice();
  }
}

// 0: not quantized, or with a scale for each channel.
export function scaleOf(tensor: Tensor): number {
  return new Float32Array(new Uint32Array([tensor.scaleBits]).buffer)[0]!;
}

export function elementsOf(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

export function shapeText(tensor: Tensor): string {
  return tensor.shape.length > 0 ? tensor.shape.join('×') : 'scalar';
}

export function describeFault(fault: Fault): string {
  let text = fault.message;
  if (fault.detail !== 0 || text.endsWith(':')) text += ` ${fault.detail}`;
  if (fault.operatorIndex < 0) return text;
  return fault.operatorType
    ? `${fault.operatorType}, operator ${fault.operatorIndex}: ${text}`
    : `${text} (operator ${fault.operatorIndex})`;
}
