// A board that speaks the protocol, whatever carries its bytes. As client/board.cpp: what a board
// forgets because it starts anew in between is done again.
import { type BoardModel, type InfoReply, Line, SessionLost } from './line';
import type { Inference } from './model';

const kAttempts = 5;

export class Board {
  private known?: InfoReply;
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly line: Line) {}

  info(): Promise<InfoReply> {
    return this.exclusively(() => this.connect());
  }

  // Raw input tensors, as the board's model describes them.
  infer(inputs: Uint8Array[]): Promise<Inference> {
    return this.inOneSession(async ({ model, coreClockHz }) => {
      if (!model) throw new Error('the board has no model');
      let crc = 0;
      for (const input of inputs) crc = this.line.crc32(input, crc);
      const all = joined(inputs);
      const fits = all.length <= this.line.mostData;
      if (!fits) await this.writeInputs(inputs);
      const bytes = fits ? all.length : 0;
      const reply = await this.line.ask((ask, now) => ask.ask_invoke(bytes, crc, now), fits ? all : undefined);
      const outputs = await this.readOutputs(model, reply.data);
      const ms = (cycles: number): number => (1000 * cycles) / coreClockHz;
      return { outputs, milliseconds: ms(reply.cycles ?? 0), steps: await this.profile(ms) };
    });
  }

  // A .tflite into the board's free slot; progress(bytes done).
  upload(file: Uint8Array, progress: (done: number) => void): Promise<void> {
    return this.inOneSession(async () => {
      const crc = this.line.crc32(file);
      await this.line.ask((ask, now) => ask.ask_upload_begin(file.length, crc, now));
      for (let at = 0; at < file.length; at += this.line.mostData) {
        const part = file.subarray(at, at + this.line.mostData);
        await this.line.ask((ask, now) => ask.ask_upload_write(at, part.length, now), part);
        progress(at + part.length);
      }
      await this.line.ask((ask, now) => ask.ask_upload_commit(now));
      this.known = undefined;
    });
  }

  close(): void {
    this.line.close();
  }

  // One request is under way at a time.
  private exclusively<T>(action: () => Promise<T>): Promise<T> {
    const result = this.last.then(action);
    this.last = result.catch(() => {});
    return result;
  }

  private inOneSession<T>(action: (info: InfoReply) => Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      for (let attempt = 1; ; ++attempt) {
        try {
          return await action(this.known ?? (await this.connect()));
        } catch (error) {
          if (!(error instanceof SessionLost)) throw error;
          this.known = undefined;
          if (attempt === kAttempts) throw new Error('the board starts anew again and again');
        }
      }
    });
  }

  private async connect(): Promise<InfoReply> {
    for (let attempt = 1; ; ++attempt) {
      this.line.beginSession();
      try {
        const reply = await this.line.ask((ask, now) => ask.ask_info(now));
        this.known = reply as unknown as InfoReply;
        return this.known;
      } catch (error) {
        if (!(error instanceof SessionLost)) throw error;
        if (attempt === kAttempts)
          throw new Error('the board forgets who asks: does somebody else ask, too?');
      }
    }
  }

  private async writeInputs(inputs: Uint8Array[]): Promise<void> {
    for (const [index, input] of inputs.entries())
      for (let at = 0; at < input.length; at += this.line.mostData) {
        const part = input.subarray(at, at + this.line.mostData);
        await this.line.ask((ask, now) => ask.ask_write(index, at, part.length, now), part);
      }
  }

  private async readOutputs(model: BoardModel, data: Uint8Array): Promise<Uint8Array[]> {
    const outputs: Uint8Array[] = [];
    let at = 0;
    for (const [index, { bytes }] of model.outputs.entries()) {
      const came = data.length >= at + bytes;
      outputs.push(came ? data.slice(at, at + bytes) : await this.readOutput(index, bytes));
      if (came) at += bytes;
    }
    return outputs;
  }

  private async readOutput(index: number, bytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes; at += this.line.mostData) {
      const size = Math.min(this.line.mostData, bytes - at);
      const reply = await this.line.ask((ask, now) => ask.ask_read(index, at, size, now));
      if (reply.data.length !== size) throw new Error('the board sent less of an output than asked for');
      parts.push(reply.data);
    }
    return joined(parts);
  }

  private async profile(ms: (cycles: number) => number): Promise<Inference['steps']> {
    const steps: Inference['steps'] = [];
    for (;;) {
      const reply = await this.line.ask((ask, now) => ask.ask_profile(steps.length, now));
      for (const step of reply.steps ?? [])
        steps.push({ operator: step.operatorIndex, type: step.type, milliseconds: ms(step.cycles) });
      if (!reply.steps?.length || steps.length >= (reply.totalSteps ?? 0)) return steps;
    }
  }
}

function joined(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
