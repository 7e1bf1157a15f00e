/** Doubtful words one after the other, with their piece of the page; made for the keyboard. */

import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { download } from "../api";
import { guarded, notify } from "../state";
import { t } from "../texts";
import type { Correction } from "../types";
import { Crop } from "../ui/Crop";
import { Empty } from "../ui/parts";
import { Icon } from "../ui/Icon";
import type { FlatWord, Model } from "../viewer/model";
import type { JobStore } from "../views/jobStore";

interface Props { store: JobStore; number: number; model: Model | null; selected: Signal<number>; turn: (page: number) => void }

const LEAST = [0.7, 0.85, 0.95] as const;

export function CheckPanel({ store, number, model, selected, turn }: Props) {
  const below = useSignal<number>(0.85);
  const skipped = useSignal<ReadonlySet<string>>(new Set());
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const saving = useSignal(false);
  const total = store.job.value?.pages.total ?? 1;
  const queue = useMemo(() => {
    const found: FlatWord[] = model?.words.filter((word) => !word.corrected && word.confidence < below.value) ?? [];
    return found.filter((word) => !skipped.value.has(keyOf(number, word)));
  }, [model, below.value, skipped.value, number]);
  const picked = model?.words[selected.value];
  const word = picked ?? queue[0];

  useEffect(() => {
    setText(word?.text ?? "");
    if (word && selected.value !== word.index) selected.value = word.index;
    requestAnimationFrame(() => { input.current?.focus({ preventScroll: true }); input.current?.select(); });
  }, [word?.index, model]);

  const next = () => {
    const at = queue.findIndex((each) => each.index > (word?.index ?? -1));
    const to = at >= 0 ? queue[at] : queue.find((each) => each !== word);
    selected.value = to?.index ?? -1;
    if (!to && number < total && word && word.confidence < below.value) turn(number + 1);
  };
  const decide = (decided: string) => {
    if (!word) return;
    store.correct({ page: number, block: word.block, line: word.line, word: word.word, text: decided } satisfies Correction);
    next();
  };
  const save = () => void guarded(async () => {
    saving.value = true;
    try {
      if (await store.save()) notify(t.check.conflict);
      else notify(t.check.saved(store.saved.value.revision));
    } finally {
      saving.value = false;
    }
  });
  const undo = () => { if (store.undo()) selected.value = -1; };
  const pending = store.pending.value.length;
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") { event.preventDefault(); decide(text.trim()); }
    else if (event.key === "Tab" && !event.shiftKey && word && queue.length > 0) {
      event.preventDefault();
      skipped.value = new Set([...skipped.value, keyOf(number, word)]);
      next();
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey) && text === (word?.text ?? "")) { event.preventDefault(); undo(); }
    else if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); if (pending) save(); }
  };
  return (
    <div class="panel check">
      <div class="panel-head">
        <span>{queue.length ? t.check.left(queue.length) : t.check.done}</span>
        <label class="quiet small">{t.check.threshold} <select value={below.value} onChange={(event) => { below.value = Number(event.currentTarget.value); }}>
          {LEAST.map((each) => <option key={each} value={each}>{Math.round(each * 100)}%</option>)}
        </select></label>
      </div>
      {word && model ? (
        <div class="check-card">
          <Crop jobId={store.id} model={model} word={word} />
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
        <Empty>{model ? t.check.none : t.job.notRead}{number < total && <><br /><button type="button" class="ghost" onClick={() => turn(number + 1)}>{t.job.next} <Icon name="right" size={16} /></button></>}</Empty>
      )}
      <p class="quiet small">{t.check.click}</p>
      <div class="check-foot">
        <button type="button" class="primary" disabled={!pending || saving.value} onClick={save}>{saving.value ? t.check.saving : t.check.save}</button>
        {pending > 0 && <><span class="quiet small">{t.check.unsaved(pending)}</span><button type="button" class="ghost" onClick={undo}>{t.check.undo}</button></>}
        {store.saved.value.revision > 0 && (
          <button type="button" class="ghost" onClick={() => void guarded(() => download(`v1/jobs/${store.id}/corrections/lines`, "lines.jsonl"))}><Icon name="download" size={16} /> {t.check.lines}</button>
        )}
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
