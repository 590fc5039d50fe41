export function level(basin: string, tide: number): number {
  const base = basin.length;
  for (const base of [1, 2]) {
    if (base > tide) {
      const base = tide;
      return base;
    }
  }
  for (const step of [3]) tide += step;
  for (const step of [4]) tide += step;
  switch (basin) {
    case "north": {
      const depth = 4;
      return depth;
    }
    default: {
      const depth = 5;
      tide += depth;
    }
  }
  var old = 1;
  var old = 2;
  const base = tide + old;
  return base;
}
