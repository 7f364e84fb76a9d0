// The page: what is drawn, where it is recognised, and with which model.
import './style.css';
import { BoardPlace } from './board_place';
import { openBridge, openSerial, whyNoSerial } from './carriers';
import { kPixels, networkImage } from './digit';
import { find, make, message } from './dom';
import { asHeader, asNpy, asPng, asText, paint, save } from './exports';
import { showModel } from './inspector';
import { Model } from './model';
import { elementsOf, type Tensor } from './module';
import { Pad } from './pad';
import { Place } from './place';
import { showRam } from './ram_map';

type InputKind = 'digit' | 'random' | 'zeros';

let model: Model | null = null;
let image: Float32Array | null = null; // of the drawing
let inputs: Uint8Array[] = []; // of the last inference

const news = find('news');
const say = (text: string): void => void (news.textContent = text);
const inputKind = find<HTMLSelectElement>('input');
const pad = new Pad(find<HTMLCanvasElement>('pad'), find('pen'), say);
const here = new Place('here', 'This browser');
here.describe('The runtime of the firmware, as WebAssembly.');
const virtual = new BoardPlace(
  'virtual', 'Virtual board', 'The firmware on an emulated STM32F746; its time is modelled.',
  openBridge, () => model);
const real = new BoardPlace(
  'real', 'Your board', 'By Web Serial at its port for messages, UART7: Arduino A5 TX, A4 RX.',
  openSerial, () => model);
const boards = [virtual, real];

function takesDigit(): boolean {
  const tensors = model?.inputs ?? [];
  return tensors.length === 1 && elementsOf(tensors[0]!) === kPixels &&
    model!.instance.hasRealValues(tensors[0]!);
}

function inputOf(tensor: Tensor, kind: InputKind): Uint8Array {
  if (!model!.instance.hasRealValues(tensor)) return new Uint8Array(tensor.bytes);
  const values = new Float32Array(elementsOf(tensor));
  if (kind === 'digit' && image) values.set(image);
  if (kind === 'random') values.forEach((_, index) => (values[index] = Math.random()));
  return model!.instance.store(tensor, values);
}

// In the browser. Returns the values of its first output, or null when there is nothing to infer.
function inferHere(): Float32Array | null {
  const kind = inputKind.value as InputKind;
  if (!model || (kind === 'digit' && !image)) return null;
  inputs = model.inputs.map((tensor) => inputOf(tensor, kind));
  const inference = model.infer(inputs);
  const output = model.outputs[0]!;
  const hasValues = model.instance.hasRealValues(output);
  const values = hasValues
    ? model.instance.load(output, inference.outputs[0]!)
    : Float32Array.from(inference.outputs[0]!);
  say(`This browser: ${here.show(values, inference, '')}`);
  return values;
}

async function inferEverywhere(): Promise<void> {
  const reference = inferHere();
  if (!reference) return say(model ? 'Nothing is drawn.' : 'There is no model.');
  const told = await Promise.all(boards.map(async (board) => {
    const text = await board.infer(inputs, reference);
    return text ? `${board.title}: ${text}` : '';
  }));
  const others = told.filter((text) => text !== '');
  if (others.length > 0) say([news.textContent, ...others].join('; '));
}

function drawn(): void {
  image = networkImage(pad.ink(), Pad.side);
  const seen = find<HTMLCanvasElement>('seen');
  paint(seen.getContext('2d')!, image);
  seen.setAttribute('aria-label', image ? 'The drawing, 28 by 28' : 'Nothing is drawn');
  find<HTMLButtonElement>('export').disabled = image === null;
  for (const board of boards) board.place.age();
  if (takesDigit()) inputKind.value = 'digit';
  if (!image && inputKind.value === 'digit') here.empty();
  here.say(image ? '' : 'Draw a digit, or take an example.');
}

async function exportDigit(): Promise<void> {
  if (!image) return;
  const format = find<HTMLSelectElement>('format').value;
  const content = format === 'txt' ? asText(image)
    : format === 'npy' ? asNpy(image).buffer as ArrayBuffer
    : format === 'h' ? asHeader(image)
    : await asPng(image);
  save(`digit.${format}`, content);
}

function use(loaded: Model): void {
  model = loaded;
  showModel(model);
  showRam(model.description);
  const digit = inputKind.querySelector<HTMLOptionElement>('[value=digit]')!;
  digit.disabled = !takesDigit();
  inputKind.value = takesDigit() ? 'digit' : 'random';
  here.empty();
  for (const board of boards) {
    board.place.empty();
    board.compare();
  }
  if (image || !takesDigit()) void inferEverywhere();
}

// One after the other: of several files the last one stays.
let opening = Promise.resolve();
function open(name: string, bytes: () => Promise<ArrayBuffer>): Promise<void> {
  return (opening = opening.then(() => openNow(name, bytes)));
}

async function openNow(name: string, bytes: () => Promise<ArrayBuffer>): Promise<void> {
  const error = find('model-error');
  error.hidden = true;
  try {
    use(await Model.load(name, new Uint8Array(await bytes())));
    say(`${name} is loaded`);
  } catch (failure) {
    const hint = /\.(onnx|h5|keras)$/i.test(name) ? '; solder convert makes a .tflite of it' : '';
    error.textContent = message(failure) + hint;
    error.hidden = false;
  }
}

const openFile = (file: File): Promise<void> => open(file.name, () => file.arrayBuffer());

function openOwn(): Promise<void> {
  return open('model.tflite', async () => {
    const answer = await fetch('model.tflite');
    if (!answer.ok) throw new Error(`model.tflite: the server says ${answer.status}`);
    return answer.arrayBuffer();
  });
}

function listen(): void {
  let isDue = false;
  pad.onDraw = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      drawn();
    });
  };
  pad.onStroke = () => {
    drawn();
    inferHere();
  };
  find('clear').addEventListener('click', () => pad.clear());
  find('infer').addEventListener('click', () => void inferEverywhere());
  find('export').addEventListener('click', () => void exportDigit());
  inputKind.addEventListener('change', () => void inferEverywhere());
  const example = find<HTMLSelectElement>('example');
  for (let digit = 0; digit < 10; ++digit)
    example.append(make('option', { value: String(digit) }, `Example ${digit}`));
  example.addEventListener('change', () => {
    if (example.value !== '') pad.load(Number(example.value));
    example.value = '';
  });
  const file = find<HTMLInputElement>('file');
  file.addEventListener('change', () => {
    if (file.files?.[0]) void openFile(file.files[0]);
    file.value = '';
  });
  addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  for (const type of ['dragleave', 'drop'])
    addEventListener(type, () => document.body.classList.remove('dragging'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    const dropped = event.dataTransfer?.files[0];
    if (dropped) void openFile(dropped);
  });
  for (const board of boards)
    board.onReady = () => {
      if (inputs.length > 0) void inferEverywhere();
    };
}

async function reachBoards(): Promise<void> {
  const reason = whyNoSerial();
  if (reason) real.refuse(reason);
  else real.place.say('Not connected.');
  try {
    await virtual.connect();
  } catch (error) {
    if (message(error) === 'nobody answers')
      virtual.refuse('The virtual board needs a page that comes from solder serve.');
    else virtual.place.say(message(error), true);
  }
}

listen();
drawn();
void openOwn().then(reachBoards);
if ('serviceWorker' in navigator && import.meta.env.PROD)
  void navigator.serviceWorker.register('offline.js').catch(() => {});
