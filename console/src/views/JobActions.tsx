/** What can be done with a job: download, compare, cancel, read again, delete. */

import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { call, download, send } from "../api";
import { FINAL, hasResult, nameOf } from "../format";
import { go, href } from "../router";
import { capabilities, guarded, notify } from "../state";
import { t } from "../texts";
import type { Job } from "../types";
import { Icon } from "../ui/Icon";
import type { JobStore } from "./jobStore";

const EXTENSIONS: Record<string, string> = {
  json: "json", text: "txt", markdown: "md", html: "html", hocr: "hocr", alto: "alto.xml", page: "page.xml", tsv: "tsv", csv: "csv", xlsx: "xlsx",
  chunks: "jsonl", docling: "docling.json", svg: "svg", coco: "coco.json", yolo: "txt", pdf: "pdf", overlay: "png", ocrmypdf: "pdf",
};

function DownloadMenu({ store }: { store: JobStore }) {
  const open = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const busy = useSignal("");
  const revision = store.saved.value.revision;
  useEffect(() => {
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !box.current?.contains(event.target as Node)) open.value = false;
    };
    addEventListener("pointerdown", close);
    addEventListener("keydown", close);
    return () => { removeEventListener("pointerdown", close); removeEventListener("keydown", close); };
  }, []);
  const fetchFormat = (format: string, chosen: number) => void guarded(async () => {
    busy.value = format;
    const stem = nameOf(store.job.value!).replace(/\.[^.]+$/, "");
    try {
      await download(`v1/jobs/${store.id}/result?format=${format}&revision=${chosen}`, `${stem}.${EXTENSIONS[format] ?? format}`);
    } finally {
      busy.value = "";
    }
    open.value = false;
  });
  return (
    <div class="menu" ref={box}>
      <button type="button" class="primary" aria-label={t.job.download} aria-expanded={open.value} aria-haspopup="true" onClick={() => { open.value = !open.value; }}><Icon name="download" /> <span>{t.job.download}</span></button>
      {open.value && (
        <ul class="card" aria-label={t.job.download}>
          {(capabilities.value?.formats ?? []).map((each) => (
            <li key={each.name}>
              <button type="button" title={each.summary} disabled={busy.value !== ""} onClick={() => fetchFormat(each.name, revision)}>
                <strong>{each.name}</strong> <span class="quiet small">{busy.value === each.name ? t.job.loading : each.summary}</span>
              </button>
            </li>
          ))}
          {revision > 0 && <li class="quiet small note">{t.check.revision} {revision}: {t.job.corrected}</li>}
        </ul>
      )}
    </div>
  );
}

export function JobActions({ store }: { store: JobStore }) {
  const job = store.job.value!;
  const ended = FINAL.has(job.state);
  const act = (work: () => Promise<void>) => () => void guarded(work);
  return (
    <div class="actions">
      {hasResult(job) && <a class="button ghost" href={href("compare", { a: job.id })} title={t.job.compareWith} aria-label={t.job.compareWith}><Icon name="compare" /></a>}
      {!ended && <button type="button" onClick={act(async () => { store.job.value = await send<Job>("POST", `v1/jobs/${job.id}/cancel`); })}><Icon name="stop" /> {t.job.cancel}</button>}
      {ended && job.state !== "succeeded" && (
        <button type="button" onClick={act(async () => { go(`jobs/${(await send<Job>("POST", `v1/jobs/${job.id}/retry`)).id}`); })}><Icon name="retry" /> {t.job.retry}</button>
      )}
      {ended && (
        <button type="button" class="ghost" title={t.job.remove} aria-label={t.job.remove} onClick={act(async () => {
          if (!confirm(t.job.sure)) return;
          await call(`v1/jobs/${job.id}`, { method: "DELETE" });
          notify(t.job.remove);
          go("jobs");
        })}><Icon name="trash" /></button>
      )}
      {hasResult(job) && <DownloadMenu store={store} />}
    </div>
  );
}
