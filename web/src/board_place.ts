// The column of a board: connecting, its model against the page's, inference, upload.
import { Board } from './board';
import { commas, message } from './dom';
import { type BoardModel, type Carrier, type InfoReply, Line } from './line';
import type { Model } from './model';
import type { Tensor } from './module';
import { Place } from './place';

export class BoardPlace {
  readonly place: Place;
  onReady: () => void = () => {}; // connected, or with another model
  private board: Board | null = null;
  private info: InfoReply | null = null;
  private isBusy = false;
  private readonly connector: HTMLButtonElement;
  private readonly uploader: HTMLButtonElement;

  // `model` is the page's, whichever it is at the time.
  constructor(
    id: string,
    readonly title: string,
    private readonly what: string,
    private readonly open: () => Promise<Carrier>,
    private readonly model: () => Model | null,
  ) {
    this.place = new Place(id, title);
    this.place.describe(what);
    this.connector = this.place.button('Connect', () => void this.toggle());
    this.uploader = this.place.button('Upload the model', () => void this.upload());
    this.uploader.hidden = true;
  }

  get isConnected(): boolean {
    return this.board !== null;
  }

  // There is no way to a board from here.
  refuse(reason: string): void {
    this.connector.hidden = true;
    this.place.say(reason);
  }

  // Throws an Error that says why not.
  async connect(): Promise<void> {
    this.place.say('Connecting…');
    this.connector.disabled = true;
    try {
      const line = await Line.create(this.open);
      line.onClosed = (reason) => this.disconnected(reason);
      this.board = new Board(line);
      this.info = await this.board.info();
    } catch (error) {
      this.board?.close();
      this.board = null;
      this.place.say('');
      throw error;
    } finally {
      this.connector.disabled = false;
    }
    this.connector.textContent = 'Disconnect';
    this.place.describe(
      `${this.info.board}, ${this.info.coreClockHz / 1e6} MHz, ${this.info.door}. ${this.what}`);
    this.compare();
    this.onReady();
  }

  // What the board runs against what the page runs.
  compare(): void {
    const model = this.model();
    if (!this.info || !model || this.isBusy) return;
    const own = this.info.model;
    const isSame = this.hasSameFile(model);
    const canUpload = this.info.slots.some((slot) => !slot.isActive && slot.capacity >= model.file.length);
    this.uploader.hidden = isSame || !canUpload;
    this.place.say(
      !own ? `The board has no model: ${this.info.problem}`
      : isSame ? 'Runs the same model.'
      : fits(own, model) ? `Runs its own model, ${own.name}, of the same form.`
      : `Runs another model, ${own.name}: ${why(own)}.${canUpload ? '' : ' It takes no upload of this one.'}`,
      !own || (!isSame && !fits(own, model)));
    if (!own || !fits(own, model)) this.place.empty();
  }

  // What it said in words; null when it could not be asked.
  async infer(inputs: Uint8Array[], reference: Float32Array): Promise<string | null> {
    const model = this.model();
    const own = this.info?.model;
    if (!this.board || !model || !own || this.isBusy || !fits(own, model)) return null;
    this.isBusy = true;
    this.place.age();
    try {
      const inference = await this.board.infer(inputs);
      if (this.model() !== model) return null; // opened meanwhile
      const values = model.instance.load(own.outputs[0]!, inference.outputs[0]!);
      const difference = values.reduce(
        (most, value, index) => Math.max(most, Math.abs(value - reference[index]!)), 0);
      return this.place.show(values, inference, difference === 0
        ? 'The same output as here, to the last bit.'
        : `Differs from the output here by at most ${difference.toExponential(1)}.`);
    } catch (error) {
      this.place.say(message(error), true);
      return null;
    } finally {
      this.isBusy = false;
      if (this.model() !== model) this.compare();
    }
  }

  async tryToConnect(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      this.place.say(message(error), true);
    }
  }

  private async toggle(): Promise<void> {
    if (this.board) this.board.close();
    else await this.tryToConnect();
  }

  private disconnected(reason: string): void {
    this.board = null;
    this.info = null;
    this.connector.textContent = 'Connect';
    this.uploader.hidden = true;
    this.place.describe(this.what);
    this.place.say(reason || 'Not connected.', reason !== '');
    this.place.age();
  }

  private hasSameFile(model: Model): boolean {
    const crc = model.instance.crc32(model.file);
    return this.info!.slots.some(
      (slot) => slot.isActive && slot.crc32 === crc && slot.bytes === model.file.length);
  }

  private async upload(): Promise<void> {
    const model = this.model();
    if (!this.board || !model || this.isBusy) return;
    this.isBusy = true;
    this.uploader.disabled = true;
    this.place.say(`Uploading ${commas(model.file.length)} bytes…`);
    try {
      await this.board.upload(model.file, (done) => this.place.progress(done / model.file.length));
      this.info = await this.board.info();
      this.isBusy = false;
      this.compare();
      this.onReady();
    } catch (error) {
      this.place.say(message(error), true);
    } finally {
      this.isBusy = false;
      this.uploader.disabled = false;
      this.place.progress(null);
    }
  }
}

function fits(own: BoardModel, model: Model): boolean {
  const alike = (a: Tensor[], b: Tensor[]): boolean =>
    a.length === b.length && a.every((tensor, index) =>
      tensor.typeCode === b[index]!.typeCode && tensor.bytes === b[index]!.bytes &&
      tensor.scaleBits === b[index]!.scaleBits && tensor.zeroPoint === b[index]!.zeroPoint);
  return alike(own.inputs, model.inputs) && alike(own.outputs, model.outputs);
}

function why(own: BoardModel): string {
  const brief = (tensors: Tensor[]): string =>
    tensors.map((tensor) => `${tensor.type} ${tensor.shape.join('×')}`).join(', ');
  return `${brief(own.inputs)} in, ${brief(own.outputs)} out`;
}
