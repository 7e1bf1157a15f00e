/** A page as the viewer uses it: a flat list of words, and a grid that finds the one at a point. */

import type { Box, Correction, Page, Point } from "../types";

export interface FlatWord {
  index: number; block: string; line: number; word: number;
  text: string; confidence: number; box: Box; lineIndex: number; corrected: boolean; original: string;
}
export interface FlatLine { box: Box; polygon: Point[] | null; first: number; last: number; kind: string; block: string; text: string }
export interface Model { page: Page; words: FlatWord[]; lines: FlatLine[]; grid: Grid; places: Map<string, number> }

/** The block that words which reading missed are kept in; a correction with a box adds one. */
export const ADDED = "added";

export const placeKey = (block: string, line: number, word: number): string => `${block}/${line}/${word}`;

export function modelOf(page: Page, corrections: readonly Correction[]): Model {
  const right = new Map(corrections.filter((each) => each.page === page.number)
    .map((each) => [placeKey(each.block, each.line, each.word), each.text]));
  const words: FlatWord[] = [];
  const lines: FlatLine[] = [];
  const places = new Map<string, number>();
  for (const block of page.blocks) {
    block.lines.forEach((line, at) => {
      const first = words.length;
      line.words.forEach((word, index) => {
        const place = placeKey(block.id, at, index);
        const text = right.get(place);
        places.set(place, words.length);
        words.push({
          index: words.length, block: block.id, line: at, word: index, text: text ?? word.text, original: word.text,
          confidence: text === undefined ? word.confidence : 1, box: word.box, lineIndex: lines.length, corrected: text !== undefined,
        });
      });
      lines.push({ box: line.box, polygon: line.polygon, first, last: words.length, kind: block.kind, block: block.id, text: line.text });
    });
  }
  for (const each of corrections) {
    if (!each.box || !each.text || each.page !== page.number) continue;
    const { block, line, word, text, box } = each;
    places.set(placeKey(block, line, word), words.length);
    words.push({ index: words.length, block, line, word, text, original: "", confidence: 1, box, lineIndex: lines.length, corrected: true });
    lines.push({ box, polygon: null, first: words.length - 1, last: words.length, kind: ADDED, block: `${ADDED} ${word}`, text });
  }
  return { page, words, lines, places, grid: new Grid(page.width, page.height, words.map((each) => each.box)) };
}

/** Boxes by the cells of a coarse grid. */
export class Grid {
  private readonly cells = new Map<number, number[]>();
  private readonly size: number;
  private readonly columns: number;

  constructor(width: number, height: number, private readonly boxes: readonly Box[]) {
    this.size = Math.max(width, height) / 40;
    this.columns = Math.ceil(width / this.size) + 1;
    boxes.forEach(([x0, y0, x1, y1], index) => {
      for (let row = this.cell(y0); row <= this.cell(y1); row++) {
        for (let column = this.cell(x0); column <= this.cell(x1); column++) {
          const at = row * this.columns + column;
          const cell = this.cells.get(at);
          if (cell) cell.push(index);
          else this.cells.set(at, [index]);
        }
      }
    });
  }

  /** The smallest box that has the point, within a margin; -1 where none has. */
  at(x: number, y: number, margin: number): number {
    let best = -1;
    let bestArea = Infinity;
    for (const index of this.cells.get(this.cell(y) * this.columns + this.cell(x)) ?? []) {
      const [x0, y0, x1, y1] = this.boxes[index]!;
      const inside = x >= x0 - margin && x <= x1 + margin && y >= y0 - margin && y <= y1 + margin;
      const area = (x1 - x0) * (y1 - y0);
      if (inside && area < bestArea) {
        best = index;
        bestArea = area;
      }
    }
    return best;
  }

  private cell(value: number): number {
    return Math.max(0, Math.floor(value / this.size));
  }
}

export const HEAT = [0, 0.5, 0.7, 0.85, 0.95] as const;

/** The step of the confidence scale that a value lies on, 0 the worst. */
export function heatOf(confidence: number): number {
  let step = 0;
  HEAT.forEach((least, index) => { if (confidence >= least) step = index; });
  return step;
}

export const boxPath = ([x0, y0, x1, y1]: Box): string => `M${x0} ${y0}H${x1}V${y1}H${x0}Z`;
export const polygonPath = (points: Point[]): string => `M${points.map((each) => each.join(" ")).join("L")}Z`;
