/** Figures over time: lines or bars on one scale, read off by pointer or arrow keys. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { clock } from "../format";
import { t } from "../texts";

export interface Series { name: string; colour: string; values: (number | null)[]; bars?: boolean }
interface Props {
  title: string; times: number[]; from: number; to: number; stepMs: number; series: Series[]; shown: (value: number) => string; summary: string;
  children?: ComponentChildren;
}

const WIDE = 600, HIGH = 120;

/** The next number above that is easy to read: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 5, 10].map((each) => each * unit).find((each) => each >= value * 0.999) ?? value;
}

function linePath(times: number[], values: (number | null)[], x: (at: number) => number, y: (value: number) => number, gapMs: number): string {
  let path = "", last = -Infinity;
  values.forEach((value, at) => {
    if (value === null) return;
    const time = times[at]!;
    path += `${time - last > gapMs ? "M" : "L"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    last = time;
  });
  return path.replace(/M([^ML]+)(?=M|$)/g, "M$1h.01"); // a point alone is seen as a dot
}

export function Chart({ title, times, from, to, stepMs, series, shown, summary, children }: Props) {
  const [at, setAt] = useState(-1);
  const top = roundUp(Math.max(0, ...series.flatMap((each) => each.values.map((value) => value ?? 0))));
  const x = (time: number) => ((time - from) / (to - from)) * WIDE;
  const y = (value: number) => HIGH - (value / (top || 1)) * HIGH;
  const barWide = Math.max(1.2, (stepMs / (to - from)) * WIDE * 0.8);
  const nearest = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const time = from + ((event.clientX - box.left) / box.width) * (to - from);
    setAt(times.reduce((best, each, index) => (Math.abs(each - time) < Math.abs((times[best] ?? Infinity) - time) ? index : best), 0));
  };
  const press = (event: KeyboardEvent) => {
    const last = times.length - 1, here = at < 0 ? last + 1 : at;
    const to = ({ ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last } as Record<string, number>)[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    setAt(Math.min(last, Math.max(0, to)));
  };
  const time = times[at];
  return (
    <figure class="card chart">
      <figcaption><h3>{title}</h3>
        <span class="chart-read small" aria-live="polite">
          {time !== undefined && <><span class="quiet">{clock(time)}</span> {series.map((each) => each.values[at] != null && <span key={each.name}><i class={each.colour} />{each.name} {shown(each.values[at]!)}</span>)}</>}
          {time === undefined && series.map((each) => <span key={each.name} class="quiet"><i class={each.colour} />{each.name}</span>)}
        </span>
      </figcaption>
      <div class="chart-area" tabIndex={0} role="img" aria-label={`${title}. ${summary}`} onPointerMove={nearest} onPointerLeave={() => setAt(-1)} onKeyDown={press} onBlur={() => setAt(-1)}>
        <span class="chart-top small quiet">{shown(top)}</span>
        <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true">
          <path class="grid-line" d={`M0 .5H${WIDE}M0 ${HIGH / 2}H${WIDE}`} />
          {series.map((each) => (each.bars
            ? <path key={each.name} class={`column ${each.colour}`} d={each.values.map((value, index) => (value ? `M${(x(times[index]!) + 0.1 * barWide).toFixed(1)} ${HIGH}V${y(value).toFixed(1)}h${barWide.toFixed(2)}V${HIGH}Z` : "")).join("")} />
            : <path key={each.name} class={`line ${each.colour}`} d={linePath(times, each.values, x, y, stepMs * 1.6)} />))}
          {time !== undefined && <path class="cursor" d={`M${x(time)} 0V${HIGH}`} />}
        </svg>
        {times.length === 0 && <span class="chart-none quiet small">{t.service.noFigures}</span>}
      </div>
      <div class="chart-foot small quiet"><span>{clock(from)}</span><span>{t.service.now}</span></div>
      {children}
    </figure>
  );
}
