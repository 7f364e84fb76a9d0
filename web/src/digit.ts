// From a drawing to what the network sees: as the digits of MNIST were made, the ink is scaled to
// fit a box of 20 x 20 and its centre of mass put into the middle of 28 x 28.

export const kSide = 28;
export const kPixels = kSide * kSide;
const kBox = 20;
// Of a dot, too: strokes stay as thin as those of a drawing that takes a third of the height.
const kLargestScaleOfHeight = 3 * kBox;
const kFaintest = 0.05;

// The sum of all ink above and to the left of a point, also between pixels.
class InkSums {
  private readonly sums: Float64Array;
  constructor(ink: Float32Array, private readonly side: number) {
    const row = side + 1;
    this.sums = new Float64Array(row * row);
    for (let y = 0; y < side; ++y)
      for (let x = 0; x < side; ++x)
        this.sums[(y + 1) * row + x + 1] =
          ink[y * side + x]! + this.at(x, y + 1) + this.at(x + 1, y) - this.at(x, y);
  }
  private at(x: number, y: number): number {
    return this.sums[y * (this.side + 1) + x]!;
  }
  private between(x: number, y: number): number {
    const clamp = (value: number): number => Math.min(Math.max(value, 0), this.side);
    const [cx, cy] = [clamp(x), clamp(y)];
    const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
    const [x1, y1] = [Math.min(x0 + 1, this.side), Math.min(y0 + 1, this.side)];
    const [fx, fy] = [cx - x0, cy - y0];
    return (1 - fy) * ((1 - fx) * this.at(x0, y0) + fx * this.at(x1, y0)) +
      fy * ((1 - fx) * this.at(x0, y1) + fx * this.at(x1, y1));
  }
  mean(left: number, top: number, size: number): number {
    const [right, bottom] = [left + size, top + size];
    const sum = this.between(right, bottom) - this.between(left, bottom) -
      this.between(right, top) + this.between(left, top);
    return sum / (size * size);
  }
}

// `ink`: side x side values from 0 to 1. Null when nothing is drawn.
export function networkImage(ink: Float32Array, side: number): Float32Array | null {
  let [left, top, right, bottom] = [side, side, -1, -1];
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < side; ++y)
    for (let x = 0; x < side; ++x) {
      const value = ink[y * side + x]!;
      if (value < kFaintest) continue;
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
      mass += value;
      sumX += value * (x + 0.5);
      sumY += value * (y + 0.5);
    }
  if (right < 0) return null;
  const extent = Math.max(right - left, bottom - top) + 1;
  const scale = Math.min(kBox / extent, kLargestScaleOfHeight / side);
  const size = 1 / scale; // of one of the network's pixels, in the drawing's
  const sums = new InkSums(ink, side);
  const image = new Float32Array(kPixels);
  for (let y = 0; y < kSide; ++y)
    for (let x = 0; x < kSide; ++x)
      image[y * kSide + x] = Math.min(1, Math.max(0, sums.mean(
        sumX / mass + (x - kSide / 2) * size, sumY / mass + (y - kSide / 2) * size, size)));
  return image;
}
