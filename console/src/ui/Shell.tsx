/** What is around every view: the bar, the notices, the form for a key. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { forgetKey, key, online, useKey } from "../api";
import { href, route } from "../router";
import { dismiss, notices, signedIn, theme, type Theme } from "../state";
import { t } from "../texts";
import { Icon } from "./Icon";

const NAV = [
  ["", t.nav.read], ["jobs", t.nav.jobs], ["check", t.nav.check], ["compare", t.nav.compare], ["batches", t.nav.batches],
  ["webhooks", t.nav.webhooks], ["keys", t.nav.keys], ["service", t.nav.service],
] as const;

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const THEME_ICON = { system: "auto", light: "sun", dark: "moon" } as const;

function Bar() {
  const current = route.value.path[0] ?? "";
  useEffect(() => { document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }); }, [current]);
  return (
    <header class="bar">
      <a class="brand" href="#/"><Mark />{t.brand}</a>
      <nav aria-label={t.nav.label}>
        {NAV.map(([path, name]) => (
          <a key={path} href={href(path)} aria-current={current === path ? "page" : undefined}>{name}</a>
        ))}
        <a href="docs">{t.nav.api}</a>
      </nav>
      <div class="bar-end">
        <ThemeButton />
        {signedIn.value && (
          <button type="button" class="ghost" title={t.key.forget} aria-label={t.key.forget} onClick={forgetKey}><Icon name="out" /></button>
        )}
      </div>
    </header>
  );
}

export function ThemeButton() {
  return (
    <button type="button" class="ghost" title={t.theme[theme.value]} aria-label={t.theme[theme.value]} onClick={() => { theme.value = NEXT[theme.value]; }}>
      <Icon name={THEME_ICON[theme.value]} />
    </button>
  );
}

export function Mark() {
  return (
    <svg class="mark" width="22" height="26" viewBox="0 0 22 26" aria-hidden="true">
      <path class="mark-page" d="M3 1h11l6 6v16a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z" />
      <path class="mark-lines" d="M5.5 11h11M5.5 15.5h11M5.5 20h6" />
    </svg>
  );
}

/** The detail without the title, which some begin with. */
export const sayOnce = ({ title, detail }: { title: string; detail: string }): string =>
  (detail.startsWith(title) ? detail.slice(title.length).replace(/^[.:\s]+/, "") || detail : detail);

export function Notices() {
  const who: Record<string, string> = { caller: t.problem.caller, operator: t.problem.operator };
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, problem, text }) => (
        <div key={id} class={problem ? "notice bad" : "notice"}>
          <div>
            {problem ? (
              <>
                <strong>{problem.title}</strong>
                <p>{sayOnce(problem)}{(problem.errors ?? []).map((row) => ` ${row.place}: ${row.expected}.`)}</p>
                <p class="quiet">{who[problem.actor]} {problem.type && <a href={problem.type.replace(/^\//, "")}>{t.problem.help}</a>}</p>
              </>
            ) : text}
          </div>
          <button type="button" class="ghost" aria-label={t.problem.dismiss} onClick={() => dismiss(id)}><Icon name="close" size={16} /></button>
        </div>
      ))}
    </div>
  );
}

export function KeyForm() {
  const [text, setText] = useState("");
  const [remember, setRemember] = useState(false);
  return (
    <main class="gate" id="content">
      <form class="card" autocomplete="off" onSubmit={(event) => { event.preventDefault(); if (text.trim()) useKey(text.trim(), remember); }}>
        <Mark />
        <h1>{t.key.title}</h1>
        <p class="quiet" id="key-why">{t.key.why}</p>
        <label for="key">{t.key.label}</label>
        <input id="key" type="password" placeholder="ps_…" required spellcheck={false} autofocus aria-describedby="key-why" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <label class="inline"><input type="checkbox" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} /> {t.key.remember}</label>
        <button class="primary">{t.key.use}</button>
        <p class="quiet small">{t.key.stays}</p>
      </form>
    </main>
  );
}

export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>{t.skip}</a>
      <Bar />
      <div role="status">{!online.value && <p class="offline"><strong>{t.offline.title}.</strong> {t.offline.waiting}</p>}</div>
      {key.value ? children : <KeyForm />}
      <Notices />
    </>
  );
}
