/** A word that reading missed: a box drawn on the page, and what it says. */

import type { Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../texts";
import type { Box } from "../types";
import { Crop } from "../ui/Crop";
import { Icon } from "../ui/Icon";
import { ADDED, type FlatWord, type Model } from "../viewer/model";
import type { JobStore } from "../views/jobStore";

interface Props { store: JobStore; model: Model; drawn: Signal<Box | null>; drawing: Signal<boolean>; near: FlatWord | undefined }

/** Without a pointer: the space after the chosen word, or the middle of the page. */
function guess(model: Model, near: FlatWord | undefined): Box {
  const { width, height } = model.page;
  if (!near) return [width * 0.4, height * 0.48, width * 0.6, height * 0.51];
  const [, y0, x1, y1] = near.box;
  const tall = y1 - y0;
  return [Math.min(x1 + tall * 0.3, width - tall), y0, Math.min(x1 + tall * 3, width), y1];
}

export function AddWord({ store, model, drawn, drawing, near }: Props) {
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const { page } = model;
  useEffect(() => { drawn.value ??= guess(model, near); }, [page.number]);
  useEffect(() => { requestAnimationFrame(() => input.current?.focus({ preventScroll: true })); }, [drawn.value]);
  useEffect(() => () => { drawn.value = null; drawing.value = false; }, [page.number]);
  const close = () => { drawn.value = null; drawing.value = false; };
  const add = () => {
    if (!text.trim() || !drawn.value) return;
    const used = store.corrections.value.filter((each) => each.page === page.number && each.block === ADDED).map((each) => each.word);
    store.correct({ page: page.number, block: ADDED, line: 0, word: Math.max(-1, ...used) + 1, text: text.trim(), box: drawn.value });
    close();
  };
  return (
    <form class="check-card" onSubmit={(event) => { event.preventDefault(); add(); }} onKeyDown={(event) => { if (event.key === "Escape") close(); }}>
      <p class="quiet small">{t.check.adding}</p>
      {drawn.value && <Crop jobId={store.id} page={page} box={drawn.value} label={t.check.missed} />}
      <label for="missed-word" class="quiet small">{t.check.missed}</label>
      <input id="missed-word" ref={input} value={text} onInput={(event) => setText(event.currentTarget.value)} spellcheck={false} autocomplete="off" lang={page.languages[0]?.slice(0, 2)} />
      <div class="row"><button class="primary" disabled={!text.trim()}><Icon name="plus" size={16} /> {t.check.addIt}</button><button type="button" class="ghost" onClick={close}>{t.check.cancelAdd}</button></div>
    </form>
  );
}
