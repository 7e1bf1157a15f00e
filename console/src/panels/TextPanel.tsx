/** The text of a page, word by word, tied to the picture in both directions. */

import { useSignalEffect, type Signal } from "@preact/signals";
import { memo } from "preact/compat";
import { useRef } from "preact/hooks";
import { CopyButton, Empty } from "../ui/parts";
import { t } from "../texts";
import { heatOf, type FlatLine, type Model } from "../viewer/model";

interface Props { model: Model; hover: Signal<number>; selected: Signal<number>; marks: Signal<number[]>; onPick?: (index: number) => void; differing?: Set<number> }

const HEADINGS = new Set(["title", "heading", "section_header"]);

interface Group { block: string; kind: string; lines: FlatLine[] }

function groups(model: Model): Group[] {
  const made: Group[] = [];
  for (const line of model.lines) {
    const last = made.at(-1);
    if (last && last.block === line.block) last.lines.push(line);
    else made.push({ block: line.block, kind: line.kind, lines: [line] });
  }
  return made;
}

/** Drawn once for each page: hovering and choosing only move a class. */
const Words = memo(function Words({ model, differing }: { model: Model; differing?: Set<number> }) {
  return (
    <>
      {groups(model).map((group) => (
        <div key={group.block} class={HEADINGS.has(group.kind) ? "block title" : `block ${group.kind}`}>
          {group.lines.map((line, at) => (
            <div class="text-line" key={at}>
              {line.first === line.last ? line.text : model.words.slice(line.first, line.last).flatMap((word, place) => [
                place ? " " : "",
                <span key={word.index} data-w={word.index} class={wordClass(word.confidence, word.corrected, differing?.has(word.index))}>{word.text || "\u2205"}</span>,
              ])}
            </div>
          ))}
        </div>
      ))}
    </>
  );
});

function wordClass(confidence: number, corrected: boolean, differs = false): string {
  const heat = heatOf(confidence);
  return `w${heat < 3 ? ` low-${heat}` : ""}${corrected ? " fixed" : ""}${differs ? " differs" : ""}`;
}

export function TextPanel({ model, hover, selected, marks, onPick, differing }: Props) {
  const view = useRef<HTMLDivElement>(null);
  const span = (index: number) => view.current?.querySelector<HTMLElement>(`[data-w="${index}"]`) ?? null;
  const follow = (signal: Signal<number>, name: string, scroll: boolean) => {
    useSignalEffect(() => {
      const chosen = span(signal.value);
      view.current?.querySelectorAll(`.${name}`).forEach((each) => each.classList.remove(name));
      chosen?.classList.add(name);
      if (scroll) chosen?.scrollIntoView({ block: "nearest" });
    });
  };
  follow(hover, "hover", false);
  follow(selected, "selected", true);
  useSignalEffect(() => {
    const found = new Set(marks.value);
    view.current?.querySelectorAll<HTMLElement>(".found").forEach((each) => each.classList.remove("found"));
    found.forEach((index) => span(index)?.classList.add("found"));
  });
  const indexOf = (event: Event): number => {
    const element = (event.target as HTMLElement).closest<HTMLElement>("[data-w]");
    return element ? Number(element.dataset.w) : -1;
  };
  const { page, words } = model;
  const mean = words.reduce((sum, word) => sum + word.confidence, 0) / Math.max(1, words.length);
  return (
    <div class="panel">
      <div class="panel-head">
        <span class="quiet">{t.text.words(words.length)}{words.length > 0 && ` · ${t.text.mean(mean)}`}</span>
        <CopyButton text={() => page.text} />
      </div>
      {page.warnings.map((each) => <p key={each.code} class="hint">{each.message}</p>)}
      {model.lines.length === 0 && <Empty>{t.text.empty}</Empty>}
      <div
        class="text" ref={view} tabIndex={0} role="document" aria-label={t.job.tabs.text} lang={page.languages[0]?.slice(0, 2)}
        onPointerOver={(event) => { hover.value = indexOf(event); }}
        onPointerLeave={() => { hover.value = -1; }}
        onClick={(event) => { const at = indexOf(event); selected.value = at; if (at >= 0) onPick?.(at); }}
      >
        <Words model={model} differing={differing} />
      </div>
    </div>
  );
}
