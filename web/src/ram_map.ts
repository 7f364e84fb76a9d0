// The plan's arena over time: a rectangle for each buffer, from its first step to its last.
import { commas, find, table } from './dom';
import type { Description } from './model';

const kHeight = 320, kLeft = 62, kRight = 8, kTop = 10, kBottom = 100;
const kColours = 6;
const kLeastWidth = 240;
const kLabelWidth = 22; // of an operator along the time, at least

interface Shown {
  name: string;
  bytes: number;
  offset: number;
  first: number; // step; -1: before the first
  last: number;
}

function buffersOf(description: Description): Shown[] {
  const { tensors, operators, buffers, steps } = description;
  return buffers
    .map((buffer, index) => {
      const operator = steps[index - tensors.length];
      const name = index < tensors.length
        ? tensors[index]!.name || `tensor ${index}`
        : `scratch of ${operators[operator!]!.type} ${operator}`;
      return { ...buffer, last: Math.min(buffer.last, operators.length), name };
    })
    .filter((buffer) => buffer.bytes > 0)
    .sort((a, b) => a.first - b.first || a.offset - b.offset);
}

function mostAlive(shown: Shown[]): number {
  const alive = (step: number): number => shown.reduce(
    (sum, buffer) => sum + (buffer.first <= step && step <= buffer.last ? buffer.bytes : 0), 0);
  return Math.max(0, ...shown.map((buffer) => alive(buffer.first)));
}

function svg(tag: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

function drawing(description: Description, shown: Shown[], wide: number): SVGElement {
  const columns = description.operators.length + 2; // one before, one after
  const bytes = Math.max(1, description.arenaBytes);
  const right = wide - kRight, height = kHeight - kTop - kBottom;
  const x = (step: number): number => kLeft + ((right - kLeft) * (step + 1)) / columns;
  const y = (offset: number): number => kTop + height * (1 - offset / bytes);
  const map = svg('svg', {
    width: wide, height: kHeight, role: 'img', 'aria-labelledby': 'memory-title ram-facts',
  });
  for (let i = 0; i <= 4; ++i) {
    const at = y((bytes * i) / 4);
    map.append(
      svg('line', { x1: kLeft, x2: right, y1: at, y2: at, class: 'grid' }),
      svg('text', { x: kLeft - 6, y: at + 4, 'text-anchor': 'end' }, commas(Math.round((bytes * i) / 4))));
  }
  shown.forEach((buffer, index) => {
    const [left, top] = [x(buffer.first), y(buffer.offset + buffer.bytes)];
    const width = x(buffer.last + 1) - left, tall = y(buffer.offset) - top;
    const box = svg('g', { class: `buffer c${index % kColours}` });
    box.append(
      svg('title', {}, `${buffer.name}: ${commas(buffer.bytes)} bytes at ${commas(buffer.offset)}`),
      svg('rect', { x: left + 1, y: top, width: Math.max(width - 2, 1), height: Math.max(tall, 1), rx: 3 }));
    const label = commas(buffer.bytes);
    if (tall > 14 && width > 7 * label.length)
      box.append(svg('text', { x: left + width / 2, y: top + tall / 2 + 4, 'text-anchor': 'middle' }, label));
    map.append(box);
  });
  const every = Math.ceil((kLabelWidth * columns) / (right - kLeft));
  for (let step = -1; step <= description.operators.length; step += every) {
    const name = step < 0 ? 'input' : (description.operators[step]?.type ?? 'output');
    const middle = (x(step) + x(step + 1)) / 2, bottom = kHeight - kBottom + 12;
    map.append(svg('text', {
      x: middle, y: bottom, 'text-anchor': 'end', transform: `rotate(-40 ${middle} ${bottom})`,
    }, name.length > 16 ? `${name.slice(0, 15)}…` : name));
  }
  return map;
}

let redraw: () => void = () => {};
new ResizeObserver(() => redraw()).observe(find('ram-map'));

export function showRam(description: Description): void {
  const shown = buffersOf(description);
  const map = find('ram-map');
  redraw = () => map.replaceChildren(
    drawing(description, shown, Math.max(map.clientWidth, kLeastWidth)));
  redraw();
  const when = (step: number): string => step < 0 ? 'input'
    : step >= description.operators.length ? 'output'
    : `${step} ${description.operators[step]!.type}`;
  find('ram-facts').textContent =
    `Arena: ${commas(description.arenaBytes)} bytes; the most alive at one time are ` +
    `${commas(mostAlive(shown))}. ${shown.length} buffers, operators from left to right.`;
  find('ram-table').replaceChildren(table(
    ['Buffer', '#Offset', '#Bytes', 'From', 'To'],
    shown.map((buffer) => [buffer.name, buffer.offset, buffer.bytes, when(buffer.first), when(buffer.last)])));
}
