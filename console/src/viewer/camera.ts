/** Which part of a page is seen, and how large. Writes one transform; keeps no state in the view. */

import type { Box } from "../types";

const MARGIN = 20;
const TOP = 56; // the layers' buttons lie there
const MOST = 12;

export class Camera {
  scale = 1;
  dragging = false;
  moved = false;
  locked = false; // while a box is drawn, the pointer does not move the page
  private x = 0;
  private y = 0;
  private width = 1;
  private height = 1;
  private shown = false;
  private readonly views = new Map<HTMLElement, HTMLElement>();
  private readonly settled = new Set<(pixels: number) => void>();
  private timer = 0;
  private request = 0;
  private drawnScale = 0;

  attach(frame: HTMLElement, stage: HTMLElement): () => void {
    this.views.set(frame, stage);
    this.drawnScale = 0;
    if (this.shown) this.size(stage);
    const resized = new ResizeObserver(() => { if (this.shown) this.fit(this.mode); });
    resized.observe(frame);
    const stop = listen(frame, this);
    return () => {
      this.views.delete(frame);
      resized.disconnect();
      stop();
    };
  }

  private mode: "page" | "width" | "free" = "page";

  /** Show another page; its fit is kept unless the person had zoomed. */
  show(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.shown = true;
    for (const stage of this.views.values()) this.size(stage);
    if (this.mode === "free") this.mode = "page";
    this.fit(this.mode);
  }

  private size(stage: HTMLElement): void {
    stage.style.width = `${this.width}px`;
    stage.style.height = `${this.height}px`;
  }

  fit(mode: "page" | "width" | "free"): void {
    this.mode = mode;
    const frame = this.frame();
    if (!frame || mode === "free") return this.draw();
    const { clientWidth, clientHeight } = frame;
    const across = (clientWidth - 2 * MARGIN) / this.width;
    this.scale = mode === "width" ? across : Math.min(across, (clientHeight - TOP - MARGIN) / this.height);
    this.x = (clientWidth - this.width * this.scale) / 2;
    this.y = mode === "width" ? TOP : TOP + (clientHeight - TOP - MARGIN - this.height * this.scale) / 2;
    this.draw();
  }

  /** Zoom about a point of the window, the middle of the frame by default. */
  zoomBy(factor: number, clientX?: number, clientY?: number): void {
    const box = this.frame()?.getBoundingClientRect();
    if (!box) return;
    const px = (clientX ?? box.left + box.width / 2) - box.left;
    const py = (clientY ?? box.top + box.height / 2) - box.top;
    const least = Math.min(box.width / this.width, box.height / this.height) / 4;
    const scale = Math.min(MOST, Math.max(least, this.scale * factor));
    this.x = px - (px - this.x) * (scale / this.scale);
    this.y = py - (py - this.y) * (scale / this.scale);
    this.scale = scale;
    this.mode = "free";
    this.draw();
  }

  panBy(dx: number, dy: number): void {
    const frame = this.frame();
    if (!frame) return;
    const keep = 60; // so much of the page stays in sight
    this.x = Math.min(frame.clientWidth - keep, Math.max(keep - this.width * this.scale, this.x + dx));
    this.y = Math.min(frame.clientHeight - keep, Math.max(keep - this.height * this.scale, this.y + dy));
    this.mode = "free";
    this.draw();
  }

  /** Move as little as needed for a box of the page to be seen. */
  reveal([x0, y0, x1, y1]: Box): void {
    const frame = this.frame();
    if (!frame) return;
    const left = x0 * this.scale + this.x, right = x1 * this.scale + this.x;
    const top = y0 * this.scale + this.y, bottom = y1 * this.scale + this.y;
    const pad = 40;
    const dx = left < pad ? pad - left : right > frame.clientWidth - pad ? frame.clientWidth - pad - right : 0;
    const dy = top < pad ? pad - top : bottom > frame.clientHeight - pad ? frame.clientHeight - pad - bottom : 0;
    if (dx || dy) this.panBy(dx, dy);
  }

  toPage(clientX: number, clientY: number): [number, number] {
    const box = this.frame()?.getBoundingClientRect();
    if (!box) return [-1, -1];
    return [(clientX - box.left - this.x) / this.scale, (clientY - box.top - this.y) / this.scale];
  }

  /** Device pixels that the page is wide now. */
  pixels(): number {
    return this.width * this.scale * devicePixelRatio;
  }

  onSettled(call: (pixels: number) => void): () => void {
    this.settled.add(call);
    return () => this.settled.delete(call);
  }

  private frame(): HTMLElement | undefined {
    for (const frame of this.views.keys()) if (frame.clientWidth) return frame;
    return undefined;
  }

  private draw(): void {
    cancelAnimationFrame(this.request);
    this.request = requestAnimationFrame(() => {
      for (const stage of this.views.values()) {
        stage.style.willChange = "transform";
        if (this.drawnScale !== this.scale) stage.style.setProperty("--px", `${1 / this.scale}px`); // strokes keep their width
        stage.style.transform = `translate3d(${this.x}px, ${this.y}px, 0) scale(${this.scale})`;
      }
      this.drawnScale = this.scale;
    });
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      // Without the hint the layer is drawn sharply at its new size.
      for (const stage of this.views.values()) stage.style.willChange = "auto";
      for (const call of this.settled) call(this.pixels());
    }, 180);
  }
}

const STEP = 80;
const KEYS: Record<string, (camera: Camera) => void> = {
  ArrowLeft: (camera) => camera.panBy(STEP, 0),
  ArrowRight: (camera) => camera.panBy(-STEP, 0),
  ArrowUp: (camera) => camera.panBy(0, STEP),
  ArrowDown: (camera) => camera.panBy(0, -STEP),
  "+": (camera) => camera.zoomBy(1.25),
  "=": (camera) => camera.zoomBy(1.25),
  "-": (camera) => camera.zoomBy(0.8),
  "0": (camera) => camera.fit("page"),
};

/** Pointers, wheel and keys of a frame. */
function listen(frame: HTMLElement, camera: Camera): () => void {
  const pointers = new Map<number, PointerEvent>();
  let spread = 0;
  const distance = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  };
  const down = (event: PointerEvent) => {
    if (event.button > 1 || camera.locked) return;
    pointers.set(event.pointerId, event);
    camera.dragging = true;
    camera.moved = false;
    spread = distance();
  };
  const move = (event: PointerEvent) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const dx = event.clientX - last.clientX, dy = event.clientY - last.clientY;
    if (!camera.moved && Math.hypot(dx, dy) < 4) return;
    if (!camera.moved) frame.setPointerCapture(event.pointerId);
    camera.moved = true;
    pointers.set(event.pointerId, event);
    if (pointers.size === 2) {
      const now = distance();
      const [a, b] = [...pointers.values()];
      if (spread && a && b) camera.zoomBy(now / spread, (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2);
      spread = now;
    } else {
      camera.panBy(dx, dy);
    }
  };
  const up = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    camera.dragging = pointers.size > 0;
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    if (event.ctrlKey || event.metaKey) camera.zoomBy(Math.exp(-event.deltaY * unit * 0.008), event.clientX, event.clientY);
    else camera.panBy(-event.deltaX * unit, -event.deltaY * unit);
  };
  const press = (event: KeyboardEvent) => {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.target !== frame) return;
    event.preventDefault();
    act(camera);
  };
  const controls = new AbortController();
  const { signal } = controls;
  frame.addEventListener("pointerdown", down, { signal });
  frame.addEventListener("pointermove", move, { signal });
  frame.addEventListener("pointerup", up, { signal });
  frame.addEventListener("pointercancel", up, { signal });
  frame.addEventListener("wheel", wheel, { signal, passive: false });
  frame.addEventListener("keydown", press, { signal });
  return () => controls.abort();
}
