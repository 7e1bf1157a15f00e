/** Find in the document. */

import type { Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { hasResult } from "../format";
import { route, setQuery } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import { Icon } from "../ui/Icon";
import type { Model } from "../viewer/model";
import { pagesMatching, wordsMatching } from "./find";
import { textOf, type JobStore } from "./jobStore";

interface Props {
  store: JobStore; page: number; turn: (to: number) => void; marks: Signal<number[]>; selected: Signal<number>; model: Model | null;
}

export function Find({ store, page, turn, marks, selected, model }: Props) {
  const [search, setSearch] = useState(route.value.query.get("find") ?? "");
  const [texts, setTexts] = useState<string[]>([]);
  const loading = useRef<Promise<string[]> | null>(null);
  const jump = useRef<1 | -1 | 0>(search ? 1 : 0); // what the address asks for is gone to at once
  const input = useRef<HTMLInputElement>(null);
  const job = store.job.value;
  const starts = model && search.trim() ? wordsMatching(model, search) : [];
  const size = Math.max(1, search.trim().split(/\s+/).length);
  const counts = texts.length ? pagesMatching(texts, search) : new Map(starts.length ? [[page, starts.length / size]] : []);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);

  useEffect(() => {
    marks.value = starts;
    if (jump.current !== 0 && starts.length) selected.value = jump.current > 0 ? starts[0]! : starts.at(-size)!;
    if (model) jump.current = 0;
  }, [search, model]);
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key !== "f" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", open);
    return () => removeEventListener("keydown", open);
  }, []);
  const load = async (): Promise<string[]> => {
    if (!job || !hasResult(job)) return [];
    loading.current ??= textOf(store.id);
    setTexts(await loading.current);
    return loading.current;
  };
  const move = (step: 1 | -1) => void guarded(async () => jumpTo(step, pagesMatching(await load(), search)));
  const jumpTo = (step: 1 | -1, found: Map<number, number>) => {
    const firsts = starts.filter((_, at) => at % size === 0);
    const next = step > 0 ? firsts.find((at) => at > selected.value) : firsts.findLast((at) => at < selected.value);
    if (next !== undefined) { selected.value = next; return; }
    const pages = [...(found.size ? found : counts).keys()].sort((a, b) => a - b);
    const to = step > 0 ? pages.find((each) => each > page) ?? pages[0] : pages.findLast((each) => each < page) ?? pages.at(-1);
    if (to === undefined) return;
    if (to === page) selected.value = (step > 0 ? firsts[0] : firsts.at(-1)) ?? -1;
    else { jump.current = step; turn(to); }
  };
  const before = [...counts].filter(([number]) => number < page).reduce((sum, [, count]) => sum + count, 0);
  const here = starts.filter((_, at) => at % size === 0).findIndex((at) => at >= selected.value);
  return (
    <form class="find" role="search" onSubmit={(event) => { event.preventDefault(); move(1); }}>
      <Icon name="search" size={16} />
      <input ref={input} type="search" aria-label={t.find.label} placeholder={t.find.label} value={search} onFocus={() => void guarded(load)}
        onInput={(event) => { selected.value = -1; setSearch(event.currentTarget.value); setQuery({ find: event.currentTarget.value || null }); }}
        onKeyDown={(event) => { if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); move(-1); } }} />
      {search.trim() && <span class="quiet small" role="status">{total ? t.find.count(Math.min(total, before + Math.max(0, here) + 1), total) : t.find.none}</span>}
      {total > 0 && (
        <>
          <button type="button" class="ghost" aria-label={t.find.previous} onClick={() => move(-1)}><Icon name="up" size={16} /></button>
          <button type="submit" class="ghost" aria-label={t.find.next}><Icon name="down" size={16} /></button>
        </>
      )}
    </form>
  );
}
