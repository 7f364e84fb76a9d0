// The digit as files that other programs read.
import { kPixels, kSide } from './digit';

// One value a line, as numpy.savetxt writes them; numpy.loadtxt gives 784 values back.
export function asText(image: Float32Array): string {
  return Array.from(image, (value) => {
    const [digits, exponent] = value.toExponential(18).split('e') as [string, string];
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}\n`;
  }).join('');
}

// NumPy's format, version 1.0: float32, 28 x 28.
export function asNpy(image: Float32Array): Uint8Array {
  const kAlignment = 64, kPrefix = 10;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${kSide}, ${kSide}), }`;
  const padding = kAlignment - ((kPrefix + text.length + 1) % kAlignment);
  const header = `${text}${' '.repeat(padding)}\n`;
  const bytes = new Uint8Array(kPrefix + header.length + 4 * kPixels);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), kPrefix);
  const view = new DataView(bytes.buffer, kPrefix + header.length);
  image.forEach((value, index) => view.setFloat32(4 * index, value, true));
  return bytes;
}

export function asHeader(image: Float32Array): string {
  const rows = Array.from({ length: kSide }, (_, y) =>
    '  ' + Array.from(image.subarray(y * kSide, (y + 1) * kSide), (value) => `${literal(value)}f,`).join(' '));
  return `/* A digit: ${kSide} x ${kSide} values from 0 (paper) to 1 (ink), row by row. */\n` +
    '#pragma once\n\n' +
    `static const float digit[${kPixels}] = {\n${rows.join('\n')}\n};\n`;
}

// The shortest text that is the same float, with a point as C wants it.
function literal(value: number): string {
  for (let digits = 1; ; ++digits) {
    const text = Number(value.toPrecision(digits)).toString();
    if (digits >= 9 || Math.fround(Number(text)) === value) return /[.e]/.test(text) ? text : `${text}.0`;
  }
}

export async function asPng(image: Float32Array): Promise<Blob> {
  const canvas = new OffscreenCanvas(kSide, kSide);
  paint(canvas.getContext('2d')!, image);
  return canvas.convertToBlob({ type: 'image/png' });
}

// White on black, as MNIST's images are.
export function paint(
  context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D,
  image: Float32Array | null,
): void {
  const pixels = context.createImageData(kSide, kSide);
  for (let i = 0; i < kPixels; ++i) {
    pixels.data.fill(Math.round(255 * (image?.[i] ?? 0)), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

export function save(name: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content]));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
