// A digit of each kind, as strokes through points of a square from 0 to 100.
type Point = readonly [number, number];
export type Stroke = readonly Point[];

function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): Point[] {
  const kPoints = 24;
  return Array.from({ length: kPoints + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / kPoints) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)] as const;
  });
}

export const kExamples: readonly (readonly Stroke[])[] = [
  [arc(50, 50, 22, 32, -80, 290)],
  [[[40, 30], [53, 18], [51, 84]]],
  [[...arc(49, 36, 20, 19, -170, 30), [30, 83], [74, 80]]],
  [[...arc(47, 34, 20, 16, -160, 80), ...arc(48, 66, 22, 17, -80, 150)]],
  [[[38, 18], [30, 54], [73, 51]], [[63, 22], [58, 86]]],
  [[[70, 18], [37, 20], [35, 46], ...arc(48, 63, 22, 20, -110, 150)]],
  [[[62, 16], [42, 36], ...arc(50, 66, 18, 19, -170, 190)]],
  [[[27, 22], [73, 20], [44, 86]]],
  [[...arc(50, 33, 17, 16, -40, -270), ...arc(50, 68, 20, 19, -90, 200), [62, 23]]],
  [[...arc(48, 36, 18, 18, 0, -350), [66, 38], [60, 86]]],
];
