// A line to a board: bytes there and back, and one question at a time with its answer.
import { describeFault, Instance, type Exports, type Fault, type Tensor } from './module';

// What carries the bytes; failures are told once, through closed().
export interface Carrier {
  readonly baud: number; // 0: no limit
  send(bytes: Uint8Array): void;
  close(): void;
  received: (bytes: Uint8Array) => void;
  closed: (reason: string) => void;
}

export interface BoardModel {
  name: string;
  arenaBytes: number;
  steps: number;
  inputs: Tensor[];
  outputs: Tensor[];
}

export interface InfoReply {
  board: string;
  firmware: string;
  door: string;
  coreClockHz: number;
  problem: string;
  model?: BoardModel;
  slots: { isActive: number; capacity: number; bytes: number; crc32: number }[];
}

export interface Reply {
  type: string;
  error?: Fault;
  data: Uint8Array; // of DataReply, and outputs of InvokeReply
  cycles?: number;
  totalSteps?: number;
  steps?: { type: string; operatorIndex: number; cycles: number }[];
}

// As protocol/requester.h numbers them.
const enum State { Idle, Waiting, Replied, Silent, UnknownSession, OtherVersion }

const kPollMilliseconds = 50;

// The board was reset, or serves somebody else: what belongs together is to be done again.
export class SessionLost extends Error {}

// Milliseconds as the protocol counts them: 32 bits that wrap.
const now = (): number => Math.floor(performance.now()) >>> 0;

export class Line {
  private waiting?: { resolve: (reply: Reply) => void; reject: (error: Error) => void };
  private timer = 0;
  private failure = '';
  onClosed: (reason: string) => void = () => {};

  private constructor(private readonly instance: Instance, private readonly carrier: Carrier) {
    carrier.received = (bytes) => this.receive(bytes);
    carrier.closed = (reason) => this.end(reason);
  }

  // The instance first: what the carrier tells from its first moment on must have a listener.
  static async create(open: () => Promise<Carrier>): Promise<Line> {
    const instance = await Instance.create();
    return new Line(instance, await open());
  }

  get mostData(): number {
    return this.instance.exports.line_data_capacity();
  }
  crc32(bytes: Uint8Array, before = 0): number {
    return this.instance.crc32(bytes, before);
  }

  // The next request must be ask_info.
  beginSession(): void {
    const session = crypto.getRandomValues(new Uint32Array(1))[0]!;
    this.instance.exports.line_begin(session, this.carrier.baud);
  }

  // `start` calls one of the module's ask_ functions; `data` goes with it.
  ask(start: (exports: Exports, now: number) => void, data?: Uint8Array): Promise<Reply> {
    if (this.failure) return Promise.reject(new Error(this.failure));
    const { exports } = this.instance;
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      if (data) this.instance.view(exports.line_data(), data.length).set(data);
      start(exports, now());
      this.timer = window.setInterval(() => this.poll(), kPollMilliseconds);
      this.flush();
    });
  }

  close(): void {
    this.carrier.close();
    this.end('');
  }

  private receive(bytes: Uint8Array): void {
    const { exports } = this.instance;
    const capacity = exports.line_arrived_capacity();
    for (let at = 0; at < bytes.length; at += capacity) {
      const part = bytes.subarray(at, at + capacity);
      this.instance.view(exports.line_arrived(), part.length).set(part);
      for (let fed = 0; fed < part.length;) {
        fed = exports.line_feed(fed, part.length, now());
        this.settle();
      }
    }
    this.flush();
  }

  private poll(): void {
    this.instance.exports.line_poll(now());
    this.settle();
    this.flush();
  }

  private flush(): void {
    const size = this.instance.exports.line_take_outgoing();
    if (size > 0) this.carrier.send(this.instance.copy(this.instance.exports.line_outgoing(), size));
  }

  private settle(): void {
    const state = this.instance.exports.line_state();
    if (!this.waiting || state === State.Waiting) return;
    const { resolve, reject } = this.waiting;
    this.waiting = undefined;
    window.clearInterval(this.timer);
    if (state === State.UnknownSession) return reject(new SessionLost());
    if (state === State.OtherVersion)
      return reject(new Error(
        `the board's firmware speaks version ${this.instance.exports.line_board_version()} of the ` +
        'protocol, this page version 1: flash the firmware that belongs to it'));
    if (state !== State.Replied)
      return reject(new Error(
        'the board does not answer: is it the right port (UART7, not the console), powered, and ' +
        "with Solder's firmware?"));
    const reply = this.reply();
    if (!reply) return reject(new Error("the board's reply is malformed: is its firmware newer?"));
    if (reply.error) return reject(new Error(describeFault(reply.error)));
    resolve(reply);
  }

  private reply(): Reply | null {
    this.instance.exports.line_reply();
    const told = this.instance.text() as (Reply & { at?: number; bytes?: number }) | null;
    if (told) told.data = this.instance.copy(told.at ?? 0, told.bytes ?? 0);
    return told;
  }

  private end(reason: string): void {
    if (this.failure) return;
    this.failure = reason || 'the line is closed';
    window.clearInterval(this.timer);
    this.waiting?.reject(new Error(this.failure));
    this.waiting = undefined;
    this.onClosed(reason);
  }
}
