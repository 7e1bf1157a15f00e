/** Small parts that several views use. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { copyText, guarded, notify } from "../state";
import { t } from "../texts";
import type { Job } from "../types";
import { Icon } from "./Icon";

export const Badge = ({ state, text }: { state: string; text?: string }) => (
  <span class={`badge ${state}`}>{text ?? t.states[state] ?? state}</span>
);

export function Progress({ job }: { job: Job }) {
  const { total, succeeded, failed } = job.pages;
  const label = total ? t.job.progress(succeeded, total) : t.job.opening;
  return total
    ? <progress max={total} value={succeeded + failed} aria-label={label} />
    : <progress aria-label={label} />;
}

export function CopyButton({ text, label }: { text: () => string; label?: string }) {
  return (
    <button type="button" class="ghost" title={label ?? t.job.copy} aria-label={label ?? t.job.copy}
      onClick={() => void guarded(async () => { await copyText(text()); notify(t.copied); })}>
      <Icon name="copy" />{label && <span>{label}</span>}
    </button>
  );
}

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

/** A secret that is shown once. */
export function Secret({ title, text, onClose }: { title: string; text: string; onClose: () => void }) {
  return (
    <div class="secret card" role="alert">
      <strong>{title}</strong>
      <code>{text}</code>
      <div class="row"><CopyButton text={() => text} label={t.job.copy} /><button type="button" onClick={onClose}>{t.webhooks.close}</button></div>
    </div>
  );
}

/** A long list of rows of one height, of which only those in sight are drawn. */
export function VirtualList<T>({ items, rowHeight, row, onEnd, label, header }: {
  items: readonly T[]; rowHeight: number; row: (item: T, index: number) => ComponentChildren; onEnd?: () => void; label: string;
  header?: ComponentChildren;
}) {
  const view = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<[number, number]>([0, 40]);
  const update = () => {
    const element = view.current;
    if (!element) return;
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - 10);
    const last = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + 10;
    setRange((old) => (old[0] === first && old[1] === last ? old : [first, last]));
    if (last >= items.length) onEnd?.();
  };
  useEffect(update, [items]);
  useEffect(() => {
    const resized = new ResizeObserver(update);
    resized.observe(view.current!);
    return () => resized.disconnect();
  }, []);
  const [first, last] = range;
  return (
    <div class="list" ref={view} onScroll={update} tabIndex={0} role="group" aria-label={label}>
      {header}
      <div class="list-body" role="list" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, last).map((item, at) => (
          <div key={first + at} class="list-row" role="listitem" aria-setsize={items.length} aria-posinset={first + at + 1} style={{ transform: `translateY(${(first + at) * rowHeight}px)`, height: `${rowHeight}px` }}>
            {row(item, first + at)}
          </div>
        ))}
      </div>
    </div>
  );
}

export function usePolling(work: () => Promise<void>, everyMs: number, on: readonly unknown[]): void {
  useEffect(() => {
    let stopped = false;
    let timer = 0;
    const run = async () => {
      await guarded(work);
      if (!stopped) timer = window.setTimeout(() => void run(), document.hidden ? everyMs * 5 : everyMs);
    };
    void run();
    return () => { stopped = true; clearTimeout(timer); };
  }, on);
}
