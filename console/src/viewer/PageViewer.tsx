/** The page with what was found on it: pan, zoom, layers, hover and click.
 *
 * The picture and the shapes over it are one layer that the compositor moves, so panning
 * repaints nothing. Words are not elements: a grid finds the one under the pointer.
 */

import { useSignalEffect, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/Icon";
import { t } from "../texts";
import type { Box } from "../types";
import { Layers, type LayerName } from "./Layers";
import { boxPath, type Model } from "./model";
import { picture } from "./pictures";
import { Camera } from "./camera";

interface Props {
  jobId: string; model: Model; hover: Signal<number>; selected: Signal<number>; layers: Signal<Set<LayerName>>;
  marks: Signal<number[]>; evidence: Signal<Box | null>; fieldBoxes: Box[]; onPick?: (index: number) => void; label?: string;
  sharedCamera?: Camera; drawing?: Signal<boolean>; drawn?: Signal<Box | null>;
}

const WIDTHS = [800, 1600, 3200] as const;

/** While a box is asked for, the pointer draws it in pixels of the page. */
function useDrawing({ drawing, drawn, model }: Props, camera: Camera): (event: PointerEvent) => void {
  const on = drawing?.value ?? false;
  useEffect(() => {
    camera.locked = on;
    return () => { camera.locked = false; };
  }, [camera, on]);
  return (event) => {
    if (!on || !drawn || event.button > 0) return;
    event.preventDefault();
    const frame = event.currentTarget as HTMLElement;
    const [x, y] = camera.toPage(event.clientX, event.clientY);
    const { width, height } = model.page;
    const clip = (value: number, most: number) => Math.round(Math.min(most, Math.max(0, value)));
    const end = new AbortController();
    frame.setPointerCapture(event.pointerId);
    frame.addEventListener("pointermove", (moved) => {
      const [x1, y1] = camera.toPage(moved.clientX, moved.clientY);
      const box: Box = [clip(Math.min(x, x1), width), clip(Math.min(y, y1), height), clip(Math.max(x, x1), width), clip(Math.max(y, y1), height)];
      if (box[2] - box[0] >= 3 && box[3] - box[1] >= 3) drawn.value = box;
    }, { signal: end.signal });
    for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, () => end.abort(), { signal: end.signal });
  };
}

export function PageViewer(props: Props) {
  const { jobId, model, hover, selected, evidence } = props;
  const { page } = model;
  const frame = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const own = useMemo(() => new Camera(), []);
  const camera = props.sharedCamera ?? own;
  const [image, setImage] = useState("");
  const [failed, setFailed] = useState("");

  useEffect(() => camera.attach(frame.current!, stage.current!), [camera]);
  useEffect(() => { camera.show(page.width, page.height); }, [camera, page.number, page.width, page.height, jobId]);

  useEffect(() => {
    let current = true;
    setFailed("");
    const first = camera.pixels() > 900 ? 1600 : 800;
    const load = (width: number) => picture(jobId, page.number, width).then(
      (url) => { if (current) setImage(url); },
      (error: unknown) => { if (current) setFailed(error instanceof Error ? error.message : String(error)); },
    );
    setImage("");
    void load(first);
    let have: number = first;
    const stop = camera.onSettled((pixels) => {
      const wanted = WIDTHS.find((width) => width >= pixels) ?? 3200;
      if (wanted > have && have < page.width) {
        have = wanted;
        void load(wanted);
      }
    });
    return () => { current = false; stop(); };
  }, [jobId, page.number, camera]);

  useSignalEffect(() => {
    const word = model.words[selected.value];
    if (word) camera.reveal(word.box);
  });
  useSignalEffect(() => { if (evidence.value) camera.reveal(evidence.value); });

  const drawFrom = useDrawing(props, camera);
  const wordAt = (event: PointerEvent | MouseEvent): number => {
    const [x, y] = camera.toPage(event.clientX, event.clientY);
    return model.grid.at(x, y, 2 / camera.scale);
  };

  return (
    <div class="viewer">
      <div
        class={props.drawing?.value ? "frame draws" : "frame"} ref={frame} tabIndex={0} role="group" aria-label={props.label ?? t.viewer.label}
        onPointerDown={drawFrom}
        onPointerMove={(event) => { if (!camera.dragging) hover.value = wordAt(event); }}
        onPointerLeave={() => { hover.value = -1; }}
        onClick={(event) => {
          if (camera.moved || camera.locked) return;
          const at = wordAt(event);
          selected.value = at;
          if (at >= 0) props.onPick?.(at);
        }}
      >
        <div class="stage" ref={stage}>
          {image && <img src={image} alt="" width={page.width} height={page.height} draggable={false} />}
          <Layers {...props} />
          {props.drawn?.value && <svg class="drawn" viewBox={`0 0 ${page.width} ${page.height}`} width={page.width} height={page.height} aria-hidden="true"><path class="chosen" d={boxPath(props.drawn.value)} /></svg>}
        </div>
        {!image && !failed && <div class="sheen" aria-hidden="true" />}
        {failed && <p class="frame-note">{failed}</p>}
      </div>
      <div class="zoom" role="group" aria-label={t.viewer.fit}>
        <button type="button" title={t.viewer.zoomOut} aria-label={t.viewer.zoomOut} onClick={() => camera.zoomBy(1 / 1.4)}><Icon name="minus" /></button>
        <button type="button" title={t.viewer.zoomIn} aria-label={t.viewer.zoomIn} onClick={() => camera.zoomBy(1.4)}><Icon name="plus" /></button>
        <button type="button" title={t.viewer.width} aria-label={t.viewer.width} onClick={() => camera.fit("width")}><Icon name="width" /></button>
        <button type="button" title={t.viewer.fit} aria-label={t.viewer.fit} onClick={() => camera.fit("page")}><Icon name="fit" /></button>
      </div>
    </div>
  );
}
