/** The pages of a document as small pictures; only those in sight are fetched. */

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../texts";
import { picture } from "../viewer/pictures";
import { Icon } from "../ui/Icon";
import type { JobStore } from "./jobStore";

function Thumb({ store, number }: { store: JobStore; number: number }) {
  const [url, setUrl] = useState("");
  const place = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  const ready = store.done.value.has(number) || store.job.value?.finished_at !== null;
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => { if (entry?.isIntersecting) setSeen(true); }, { rootMargin: "200px" });
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (!seen || !ready) return;
    let current = true;
    picture(store.id, number, 200).then((made) => { if (current) setUrl(made); }, () => undefined);
    return () => { current = false; };
  }, [seen, ready, number, store]);
  return <span class="thumb" ref={place}>{url && <img src={url} alt="" draggable={false} />}</span>;
}

const ROW = 116;

export function PageStrip({ store, page, turn }: { store: JobStore; page: number; turn: (to: number) => void }) {
  const total = store.job.value?.pages.total ?? null;
  const view = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => {
    const element = view.current?.querySelector("[aria-current]");
    element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [page]);
  const first = Math.max(0, Math.floor(top / ROW) - 8);
  const numbers = Array.from({ length: total ?? 0 }, (_, at) => at + 1);
  const shown = total && total > 60 ? numbers.slice(first, first + 40) : numbers;
  return (
    <nav class="strip" aria-label={t.job.pages}>
      <div class="strip-turn">
        <button type="button" aria-label={t.job.previous} title={t.job.previous} disabled={page <= 1} onClick={() => turn(page - 1)}><Icon name="up" /></button>
        <label><span class="hidden">{t.job.page(page, total)}</span>
          <input type="number" min={1} max={total ?? 1} value={page} onChange={(event) => turn(Number(event.currentTarget.value))} /></label>
        <span class="quiet small">/ {total ?? "…"}</span>
        <button type="button" aria-label={t.job.next} title={t.job.next} disabled={page >= (total ?? 1)} onClick={() => turn(page + 1)}><Icon name="down" /></button>
      </div>
      <div class="strip-pages" ref={view} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
        <div class={shown === numbers ? "strip-all" : "strip-all virtual"} style={shown === numbers ? {} : { height: `${(total ?? 0) * ROW}px`, paddingTop: `${first * ROW}px` }}>
          {shown.map((number) => (
            <button key={number} type="button" aria-label={t.job.page(number, total)} aria-current={number === page ? "page" : undefined} onClick={() => turn(number)}>
              <Thumb store={store} number={number} /><span class="small">{number}</span>
            </button>
          ))}
        </div>
      </div>
    </nav>
  );
}
