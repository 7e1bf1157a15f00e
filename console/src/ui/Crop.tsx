/** A word with what is around it, cut from the picture of its page. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Box } from "../types";
import { picture } from "../viewer/pictures";

interface Props {
  jobId: string; page: { number: number; width: number; height: number }; box: Box; label: string;
  /** How many heights of the word are seen of its line, on both sides together. */
  wide?: number;
}

export function Crop({ jobId, page, box, label, wide: around = 4 }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [image, setImage] = useState<HTMLImageElement | null>(null);
  useEffect(() => {
    let current = true;
    void picture(jobId, page.number, 1600).then((url) => {
      const made = new Image();
      made.onload = () => { if (current) setImage(made); };
      made.src = url;
    }, () => undefined);
    return () => { current = false; };
  }, [jobId, page.number]);
  useEffect(() => {
    const element = canvas.current;
    if (!element || !image) return;
    const [x0, y0, x1, y1] = box;
    const height = Math.max(8, y1 - y0);
    const tall = height * 2.4;
    const wide = Math.max(tall * 4, x1 - x0 + height * around);
    const left = Math.max(0, Math.min(page.width - wide, (x0 + x1 - wide) / 2));
    const top = (y0 + y1 - tall) / 2;
    const scale = image.naturalWidth / page.width;
    const ratio = Math.min(3, Math.max(1, 900 / (wide * scale)));
    element.width = Math.round(wide * scale * ratio);
    element.height = Math.round(tall * scale * ratio);
    const pen = element.getContext("2d")!;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, element.width, element.height);
    const unit = scale * ratio;
    pen.drawImage(image, -left * unit, -top * unit, page.width * unit, page.height * unit);
    pen.strokeStyle = "#c2571a";
    pen.lineWidth = 3;
    const pad = height * 0.12;
    pen.strokeRect((x0 - left - pad) * unit, (y0 - top - pad) * unit, (x1 - x0 + 2 * pad) * unit, (y1 - y0 + 2 * pad) * unit);
  }, [image, page.number, ...box]);
  return <canvas class="crop" ref={canvas} role="img" aria-label={label} />;
}
