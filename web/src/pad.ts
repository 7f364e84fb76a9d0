// The drawing area: by mouse, finger or pen, and by keyboard.
import { kExamples, type Stroke } from './examples';

const kSide = 280;
const kPen = 22;
const kKeyStep = 10; // one of 28

export class Pad {
  onDraw: () => void = () => {}; // while drawing
  onStroke: () => void = () => {}; // a stroke is done, or all is cleared
  private readonly context: CanvasRenderingContext2D;
  private readonly pointers = new Map<number, [number, number]>();
  private key: { x: number; y: number; isDown: boolean } | null = null;

  // `cursor` is shown where the keyboard's pen is; `say` tells a screen reader.
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly cursor: HTMLElement,
    private readonly say: (text: string) => void,
  ) {
    canvas.width = canvas.height = kSide;
    this.context = canvas.getContext('2d', { willReadFrequently: true })!;
    Object.assign(this.context, { lineWidth: kPen, lineCap: 'round', lineJoin: 'round' });
    canvas.addEventListener('pointerdown', (event) => this.press(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const type of ['pointerup', 'pointercancel'])
      canvas.addEventListener(type, (event) => this.lift(event as PointerEvent));
    canvas.addEventListener('keydown', (event) => this.type(event));
    canvas.addEventListener('blur', () => this.putKeyAway());
  }

  static get side(): number {
    return kSide;
  }

  // kSide x kSide, from 0 (paper) to 1 (ink).
  ink(): Float32Array {
    const { data } = this.context.getImageData(0, 0, kSide, kSide);
    return Float32Array.from({ length: kSide * kSide }, (_, i) => data[4 * i + 3]! / 255);
  }

  clear(): void {
    this.context.clearRect(0, 0, kSide, kSide);
    this.onStroke();
  }

  load(digit: number): void {
    this.context.clearRect(0, 0, kSide, kSide);
    for (const stroke of kExamples[digit]!) this.draw(stroke);
    this.onStroke();
  }

  private draw(stroke: Stroke): void {
    stroke.forEach(([x, y], index) => {
      const [beforeX, beforeY] = stroke[Math.max(0, index - 1)]!;
      const scale = kSide / 100;
      this.line(beforeX * scale, beforeY * scale, x * scale, y * scale);
    });
  }

  private line(x0: number, y0: number, x1: number, y1: number): void {
    this.context.beginPath();
    this.context.moveTo(x0, y0);
    this.context.lineTo(x1, y1);
    this.context.stroke();
  }

  private at(event: PointerEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * kSide) / box.width,
      ((event.clientY - box.top) * kSide) / box.height];
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.putKeyAway();
    this.canvas.setPointerCapture(event.pointerId);
    const [x, y] = this.at(event);
    this.pointers.set(event.pointerId, [x, y]);
    this.line(x, y, x, y);
    this.onDraw();
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const each of coalesced.length > 0 ? coalesced : [event]) {
      const [x, y] = this.at(each);
      this.line(before[0], before[1], x, y);
      before[0] = x;
      before[1] = y;
    }
    this.onDraw();
  }

  private lift(event: PointerEvent): void {
    if (this.pointers.delete(event.pointerId)) this.onStroke();
  }

  private type(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) {
      this.moveKey(move[0]!, move[1]!);
    } else if (event.key === ' ') {
      this.toggleKey();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      this.clear();
      this.say('cleared');
    } else if (/^[0-9]$/.test(event.key)) {
      this.load(Number(event.key));
      this.say(`an example of ${event.key}`);
    } else {
      return;
    }
    event.preventDefault();
  }

  private moveKey(dx: number, dy: number): void {
    const pen = (this.key ??= { x: kSide / 2, y: kSide / 2, isDown: false });
    const step = (value: number, by: number): number =>
      Math.min(Math.max(value + by * kKeyStep, kKeyStep / 2), kSide - kKeyStep / 2);
    const [x, y] = [step(pen.x, dx), step(pen.y, dy)];
    if (pen.isDown) {
      this.line(pen.x, pen.y, x, y);
      this.onDraw();
    }
    Object.assign(pen, { x, y });
    this.showKey();
  }

  private toggleKey(): void {
    const pen = (this.key ??= { x: kSide / 2, y: kSide / 2, isDown: false });
    pen.isDown = !pen.isDown;
    if (pen.isDown) {
      this.line(pen.x, pen.y, pen.x, pen.y);
      this.onDraw();
    } else {
      this.onStroke();
    }
    this.say(pen.isDown ? 'pen down' : 'pen up');
    this.showKey();
  }

  private putKeyAway(): void {
    if (this.key?.isDown) this.onStroke();
    this.key = null;
    this.showKey();
  }

  private showKey(): void {
    this.cursor.hidden = this.key === null;
    if (!this.key) return;
    this.cursor.style.left = `${(100 * this.key.x) / kSide}%`;
    this.cursor.style.top = `${(100 * this.key.y) / kSide}%`;
    this.cursor.classList.toggle('down', this.key.isDown);
  }
}
