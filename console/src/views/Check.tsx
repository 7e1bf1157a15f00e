/** The doubtful words of all documents that wait, one after the other; made for the keyboard. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { FINAL, nameOf, when } from "../format";
import { href, route, setQuery } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Doubtful } from "../types";
import { Crop } from "../ui/Crop";
import { Icon } from "../ui/Icon";
import { Empty } from "../ui/parts";
import { CheckQueue } from "./checkQueue";

const LEAST = [0.7, 0.85, 0.95] as const;

/** The line with the word marked, at the place where it is in the line. */
function Context({ word }: { word: Doubtful }) {
  const at = word.context.split(" ").slice(0, word.word).join(" ").length + (word.word ? 1 : 0);
  const exact = word.context.startsWith(word.text, at) ? at : word.context.indexOf(word.text);
  if (exact < 0) return <p class="check-context">{word.context}</p>;
  return <p class="check-context">{word.context.slice(0, exact)}<mark>{word.text}</mark>{word.context.slice(exact + word.text.length)}</p>;
}

function Card({ queue, word }: { queue: CheckQueue; word: Doubtful }) {
  const job = queue.job.value!;
  // Tied to its word: a fast Enter must not give the next word the text of this one.
  const [edit, setEdit] = useState({ word, text: word.text });
  const text = edit.word === word ? edit.text : word.text;
  const setText = (next: string) => setEdit({ word, text: next });
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    requestAnimationFrame(() => { input.current?.focus({ preventScroll: true }); input.current?.select(); });
  }, [word]);
  const act = (work: () => Promise<void>) => void guarded(work);
  const press = (event: KeyboardEvent) => {
    const ctrl = event.ctrlKey || event.metaKey;
    const action = event.key === "Enter" ? () => queue.decide(text.trim())
      : event.key === "Tab" && !event.shiftKey ? () => queue.skip()
        : event.key === "Delete" && ctrl ? () => queue.decide("")
          : event.key === "z" && ctrl && text === word.text ? async () => queue.undo()
            : event.key === "s" && ctrl ? () => queue.save() : null;
    if (!action) return;
    event.preventDefault();
    act(action);
  };
  const { words, at, nextPage, pending } = queue;
  return (
    <section class="card check-now" aria-labelledby="check-name">
      <div class="panel-head">
        <h2 id="check-name"><a href={href(`jobs/${job.id}`, { page: String(word.page), tab: "check" })}>{nameOf(job)}</a></h2>
        <span class="quiet">{t.job.page(word.page, job.pages.total)} · {t.check.wordOf(at.value + 1, words.value.length, nextPage.value !== null)}</span>
      </div>
      <progress max={words.value.length} value={at.value} aria-label={t.check.wordOf(at.value + 1, words.value.length, nextPage.value !== null)} />
      <Crop jobId={job.id} page={{ number: word.page, width: word.page_width, height: word.page_height }} box={word.box} label={word.text} wide={12} />
      <Context word={word} />
      <label for="check-word" class="quiet small">{t.check.word} · {t.viewer.confidence(word.confidence)}{word.text !== text && ` · ${t.check.was} “${word.text}”`}</label>
      <input id="check-word" ref={input} value={text} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={press} spellcheck={false} autocomplete="off" lang={word.language?.slice(0, 2)} />
      <div class="row">
        <button type="button" class="primary" onClick={() => act(() => queue.decide(text.trim()))}><Icon name="check" size={16} /> {t.check.accept}</button>
        <button type="button" onClick={() => act(() => queue.skip())}>{t.check.skip}</button>
        <button type="button" class="ghost" onClick={() => act(() => queue.decide(""))}>{t.check.remove}</button>
        <button type="button" class="ghost" disabled={pending.value.length === 0} onClick={() => queue.undo()}>{t.check.undo}</button>
        {pending.value.length > 0 && <button type="button" class="ghost end" onClick={() => act(() => queue.save())}>{t.check.save} ({pending.value.length})</button>}
      </div>
      <p class="quiet small">{t.check.keys}</p>
    </section>
  );
}

function Documents({ queue }: { queue: CheckQueue }) {
  const current = queue.job.value?.id;
  return (
    <nav class="check-list" aria-label={t.check.waiting}>
      <h2>{t.check.documents((queue.waiting.value ?? []).length, queue.more.value)}</h2>
      <ul class="plain">{queue.waiting.value?.map(({ job, doubtful }) => (
        <li key={job.id}><button type="button" aria-current={job.id === current ? "true" : undefined} onClick={() => void guarded(() => queue.choose(job))}>
          <span class="job-name">{nameOf(job)}</span><span class="badge">{doubtful}</span><span class="quiet small">{when(job.created_at)}</span>
        </button></li>
      ))}</ul>
    </nav>
  );
}

export function CheckView() {
  const queue = useMemo(() => new CheckQueue(), []);
  const asked = route.value.query.get("job");
  const job = queue.job.value;
  useEffect(() => {
    document.title = `${t.check.title} · ${t.brand}`;
    void guarded(() => queue.open(asked));
    const save = () => { if (document.hidden) void guarded(() => queue.save()); };
    document.addEventListener("visibilitychange", save);
    return () => { document.removeEventListener("visibilitychange", save); void guarded(() => queue.save()); };
  }, [queue]);
  useEffect(() => { if (queue.waiting.value) setQuery({ job: job?.id ?? null }); }, [job?.id]);
  const choose = (below: number) => void guarded(async () => {
    queue.below.value = below;
    await queue.choose(queue.job.value);
  });
  const word = queue.word.value;
  const idle = queue.waiting.value !== null && !job;
  return (
    <main class="view" id="content" tabIndex={-1}>
      <div class="view-head"><h1>{t.check.title}</h1>
        <label class="quiet small end">{t.check.threshold} <select value={queue.below.value} onChange={(event) => choose(Number(event.currentTarget.value))}>
          {LEAST.map((each) => <option key={each} value={each}>{Math.round(each * 100)}%</option>)}
        </select></label></div>
      <p class="quiet">{t.check.lead}</p>
      {idle && <Empty>{t.check.nothing}</Empty>}
      {!idle && (
        <div class="check-view">
          {(queue.waiting.value?.length ?? 0) > 0 && <Documents queue={queue} />}
          {job && word ? <Card queue={queue} word={word} /> : <Empty>{job && !FINAL.has(job.state) ? t.job.notRead : t.job.loading}</Empty>}
        </div>
      )}
    </main>
  );
}
