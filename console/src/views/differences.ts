/** Words that only one of two readings of a page has: Myers' difference, by words in reading order. */

import type { Model } from "../viewer/model";

const MOST = 4000; // steps; pages that differ more are marked whole

/** Indexes of the words that only the first has, and that only the second has. */
export function differences(first: Model, second: Model): [number[], number[]] {
  const a = first.words.map((word) => word.text), b = second.words.map((word) => word.text);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length, endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) { endA--; endB--; }
  const [onlyA, onlyB] = shortest(a.slice(start, endA), b.slice(start, endB));
  return [onlyA.map((each) => each + start), onlyB.map((each) => each + start)];
}

/** E. Myers, "An O(ND) difference algorithm and its variations", 1986: greedy, with its trace kept. */
function shortest(a: string[], b: string[]): [number[], number[]] {
  const most = Math.min(a.length + b.length, MOST);
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= most; d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? reach.get(k + 1) ?? 0 : (reach.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a.length, b.length);
    }
    reach = new Map(reach);
  }
  return [a.map((_, at) => at), b.map((_, at) => at)];
}

function walkBack(trace: Map<number, number>[], lengthA: number, lengthB: number): [number[], number[]] {
  const onlyA: number[] = [], onlyB: number[] = [];
  let x = lengthA, y = lengthB;
  for (let d = trace.length - 1; d > 0; d--) {
    const reach = trace[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const fromX = reach.get(before) ?? 0;
    const fromY = fromX - before;
    if (down) onlyB.push(fromY);
    else onlyA.push(fromX);
    x = fromX;
    y = fromY;
  }
  return [onlyA.reverse(), onlyB.reverse()];
}
