/** Doubtful words one after the other, with their piece of the page; made for the keyboard. */

import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getJson, send } from "../api";
import { guarded, notify } from "../state";
import { t } from "../texts";
import type { Box, Correction, DoubtfulWords } from "../types";
import { Crop } from "../ui/Crop";
import { Empty } from "../ui/parts";
import { Icon } from "../ui/Icon";
import { ADDED, type FlatWord, type Model } from "../viewer/model";
import { AddWord } from "./AddWord";
import { LinesMenu } from "./LinesMenu";
import type { JobStore } from "../views/jobStore";

interface Props { store: JobStore; number: number; model: Model | null; selected: Signal<number>; turn: (page: number) => void; drawn: Signal<Box | null>; drawing: Signal<boolean> }

const LEAST = [0.7, 0.85, 0.95] as const;

/** How many words of each page are to be checked in the saved state; null until that is known. */
function useDocument(store: JobStore, below: number): { pages: Map<number, number>; more: boolean } | null {
  const [found, setFound] = useState<{ pages: Map<number, number>; more: boolean } | null>(null);
  const revision = store.saved.value.revision;
  const ended = store.job.value?.finished_at !== null;
  useEffect(() => {
    if (!ended) return;
    let current = true;
    void guarded(async () => {
      const listed = await getJson<DoubtfulWords>(`v1/jobs/${store.id}/doubtful?below=${below}&limit=1000`);
      const pages = new Map<number, number>();
      for (const each of listed.words) pages.set(each.page, (pages.get(each.page) ?? 0) + 1);
      if (current) setFound({ pages, more: listed.next_page !== null });
    });
    return () => { current = false; };
  }, [store, below, revision, ended]);
  return found;
}

export function CheckPanel({ store, number, model, selected, turn, drawn, drawing }: Props) {
  const below = useSignal<number>(0.85);
  const skipped = useSignal<ReadonlySet<string>>(new Set());
  const [edit, setEdit] = useState({ of: "", text: "" });
  const input = useRef<HTMLInputElement>(null);
  const saving = useSignal(false);
  const listed = useDocument(store, below.value);
  const others = [...(listed?.pages ?? [])].filter(([page]) => page !== number && !store.pending.value.some((each) => each.page === page)).map(([page]) => page);
  const nextPage = others.find((page) => page > number) ?? others[0];
  const queue = useMemo(() => {
    const found: FlatWord[] = model?.words.filter((word) => !word.corrected && word.confidence < below.value) ?? [];
    return found.filter((word) => !skipped.value.has(keyOf(number, word)));
  }, [model, below.value, skipped.value, number]);
  const picked = model?.words[selected.value];
  const word = picked ?? queue[0];
  // Tied to its word: a fast Enter must not give the next word the text of this one.
  const of = word ? keyOf(number, word) : "";
  const text = edit.of === of ? edit.text : word?.text ?? "";
  const setText = (next: string) => setEdit({ of, text: next });

  useEffect(() => {
    setEdit({ of: "", text: "" });
    if (word && selected.value !== word.index) selected.value = word.index;
    requestAnimationFrame(() => { input.current?.focus({ preventScroll: true }); input.current?.select(); });
  }, [word?.index, model]);

  const next = () => {
    const at = queue.findIndex((each) => each.index > (word?.index ?? -1));
    const to = at >= 0 ? queue[at] : queue.find((each) => each !== word);
    selected.value = to?.index ?? -1;
    if (!to && nextPage !== undefined && word && word.confidence < below.value) turn(nextPage);
  };
  const decide = (decided: string) => {
    if (!word) return;
    const added = word.block === ADDED ? { box: word.box } : {};
    store.correct({ page: number, block: word.block, line: word.line, word: word.word, text: decided, ...added } satisfies Correction);
    next();
  };
  const save = () => void guarded(async () => {
    saving.value = true;
    try {
      if (await store.save()) notify(t.check.conflict);
      else notify(t.check.saved(store.saved.value.revision));
      if (queue.length === 0 && nextPage === undefined && skipped.value.size === 0 && !listed?.more) await mark();
    } finally {
      saving.value = false;
    }
  });
  const mark = async () => {
    await send("PUT", `v1/jobs/${store.id}/check`, { checked: true });
    notify(t.check.isChecked);
  };
  const undo = () => { if (store.undo()) selected.value = -1; };
  const pending = store.pending.value.length;
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") { event.preventDefault(); decide(text.trim()); }
    else if (event.key === "Tab" && !event.shiftKey && word && queue.length > 0) {
      event.preventDefault();
      skipped.value = new Set([...skipped.value, keyOf(number, word)]);
      next();
    } else if (event.key === "Delete" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); decide(""); }
    else if (event.key === "z" && (event.ctrlKey || event.metaKey) && text === (word?.text ?? "")) { event.preventDefault(); undo(); }
    else if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (pending) save(); }
  };
  return (
    <div class="panel check">
      <div class="panel-head">
        <span>{queue.length ? t.check.left(queue.length) : t.check.done}{listed && listed.pages.size > 0 && <span class="quiet"> · {t.check.inDocument([...listed.pages.values()].reduce((sum, each) => sum + each, 0), listed.more)}</span>}</span>
        <label class="quiet small">{t.check.threshold} <select value={below.value} onChange={(event) => { below.value = Number(event.currentTarget.value); }}>
          {LEAST.map((each) => <option key={each} value={each}>{Math.round(each * 100)}%</option>)}
        </select></label>
      </div>
      {drawing.value && model ? <AddWord store={store} model={model} drawn={drawn} drawing={drawing} near={picked} /> : word && model ? (
        <div class="check-card">
          <Crop jobId={store.id} page={model.page} box={word.box} label={word.original} />
          <label for="check-word" class="quiet small">{t.check.word}{word.original !== text && ` · ${t.check.was} “${word.original}”`}</label>
          <input id="check-word" ref={input} value={text} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={press} spellcheck={false} autocomplete="off" lang={model.page.languages[0]?.slice(0, 2)} />
          <div class="row">
            <button type="button" class="primary" onClick={() => decide(text.trim())}><Icon name="check" size={16} /> {t.check.accept}</button>
            <button type="button" onClick={() => { skipped.value = new Set([...skipped.value, keyOf(number, word)]); next(); }}>{t.check.skip}</button>
            <button type="button" class="ghost" onClick={() => decide("")}>{t.check.remove}</button>
          </div>
          <p class="quiet small">{t.check.keys}</p>
        </div>
      ) : (
        <Empty>{model ? t.check.none : t.job.notRead}{nextPage !== undefined && <><br /><button type="button" class="ghost" onClick={() => turn(nextPage)}>{t.job.page(nextPage, null)} <Icon name="right" size={16} /></button></>}</Empty>
      )}
      <div class="row check-more">
        {!drawing.value && model && <button type="button" onClick={() => { drawn.value = null; drawing.value = true; }}><Icon name="plus" size={16} /> {t.check.add}</button>}
        <span class="quiet small">{t.check.click}</span>
      </div>
      <div class="check-foot">
        <button type="button" class="primary" disabled={!pending || saving.value} onClick={save}>{saving.value ? t.check.saving : t.check.save}</button>
        {pending > 0 && <><span class="quiet small">{t.check.unsaved(pending)}</span><button type="button" class="ghost" onClick={undo}>{t.check.undo}</button></>}
        {store.job.value?.finished_at && <button type="button" class="ghost" onClick={() => void guarded(mark)}><Icon name="check" size={16} /> {t.check.checked}</button>}
        {store.saved.value.revision > 0 && <LinesMenu jobId={store.id} />}
      </div>
      <ol class="history">
        {store.saved.value.revisions.toReversed().map((each) => (
          <li key={each.revision} class="quiet small">{t.check.revision} {each.revision}: {t.text.words(each.words)}</li>
        ))}
      </ol>
    </div>
  );
}

const keyOf = (page: number, word: FlatWord): string => `${page}/${word.index}`;
