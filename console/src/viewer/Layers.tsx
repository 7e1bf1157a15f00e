/** What was found, as a few shapes over the picture: one path for each layer, whatever its size. */

import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Box } from "../types";
import { boxPath, HEAT, heatOf, polygonPath, type Model } from "./model";

export const LAYERS = ["words", "lines", "regions", "tables", "fields", "barcodes", "heat"] as const;
export type LayerName = (typeof LAYERS)[number];

interface Props {
  model: Model; hover: Signal<number>; selected: Signal<number>; layers: Signal<Set<LayerName>>; marks: Signal<number[]>;
  evidence: Signal<Box | null>; fieldBoxes: Box[];
}

const join = (boxes: Iterable<Box>): string => Array.from(boxes, boxPath).join("");

function Base({ model, layers, fieldBoxes }: Pick<Props, "model" | "layers" | "fieldBoxes">) {
  const { page, words, lines } = model;
  const shown = layers.value;
  const paths = useMemo(() => ({
    words: join(words.map((word) => word.box)),
    lines: lines.map((line) => (line.polygon ? polygonPath(line.polygon) : boxPath(line.box))).join(""),
    tables: join(page.tables.flatMap((table) => [table.box, ...table.cells.map((cell) => cell.box)])),
    barcodes: join(page.barcodes.map((code) => code.box)),
    heat: HEAT.map((_, step) => join(words.filter((word) => heatOf(word.confidence) === step).map((word) => word.box))),
    corrected: join(words.filter((word) => word.corrected).map((word) => word.box)),
  }), [model]);
  const label = Math.max(page.width, page.height) / 110;
  return (
    <>
      {shown.has("heat") && paths.heat.map((d, step) => <path key={step} class={`heat heat-${step}`} d={d} />)}
      {shown.has("words") && <path class="shape words" d={paths.words} />}
      {shown.has("lines") && <path class="shape lines" d={paths.lines} />}
      {shown.has("tables") && <path class="shape tables" d={paths.tables} />}
      {shown.has("barcodes") && <path class="shape barcodes" d={paths.barcodes} />}
      {shown.has("fields") && <path class="shape fields" d={join(fieldBoxes)} />}
      {shown.has("regions") && page.regions.map((region) => (
        <g key={region.id} class={`region region-${hueOf(region.label)}`}>
          <path class="shape" d={boxPath(region.box)} />
          <text x={region.box[0] + label * 0.4} y={region.box[1] - label * 0.35} font-size={label}>{region.label.replaceAll("_", " ")} {Math.round(region.confidence * 100)}</text>
        </g>
      ))}
      <path class="corrected" d={paths.corrected} />
    </>
  );
}

/** One of six colours, the same for a label on every page. */
export const hueOf = (label: string): number =>
  [...label].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % 6;

function Marks({ model, hover, selected, marks, evidence }: Props) {
  const word = (index: number) => model.words[index]?.box;
  const over = word(hover.value);
  const chosen = word(selected.value);
  const found = marks.value.map(word).filter((box): box is Box => box !== undefined);
  return (
    <>
      <path class="marks" d={join(found)} />
      {evidence.value && <path class="evidence" d={boxPath(evidence.value)} />}
      {over && <path class="over" d={boxPath(over)} />}
      {chosen && <path class="chosen" d={boxPath(chosen)} />}
    </>
  );
}

export function Layers(props: Props) {
  const { page } = props.model;
  return (
    <svg viewBox={`0 0 ${page.width} ${page.height}`} width={page.width} height={page.height} aria-hidden="true">
      <Base model={props.model} layers={props.layers} fieldBoxes={props.fieldBoxes} />
      <Marks {...props} />
    </svg>
  );
}
