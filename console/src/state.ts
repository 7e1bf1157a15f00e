/** What all views share: the notices, the colours, the capabilities. */

import { computed, effect, signal } from "@preact/signals";
import { getJson, key, Problem, type ProblemBody } from "./api";
import type { Capabilities } from "./types";

export interface Notice { id: number; problem?: ProblemBody; text?: string }

export const notices = signal<Notice[]>([]);
let counter = 0;

export function dismiss(id: number): void {
  notices.value = notices.value.filter((each) => each.id !== id);
}

export function notify(text: string): void {
  const id = ++counter;
  notices.value = [...notices.value.slice(-2), { id, text }];
  setTimeout(() => dismiss(id), 4000);
}

export function report(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (!(error instanceof Problem)) console.error(error);
  const problem: ProblemBody = error instanceof Problem ? error.body
    : { title: "Something went wrong in the console", detail: String(error), code: "console", actor: "operator", status: 0 };
  if (problem.code === "unauthorised" && notices.value.some((each) => each.problem?.code === "unauthorised")) return;
  notices.value = [...notices.value.filter((each) => each.problem?.code !== problem.code).slice(-2), { id: ++counter, problem }];
}

/** Run something that may fail, and show why it did. */
export const guarded = <T>(work: () => Promise<T>): Promise<T | undefined> =>
  work().catch((error: unknown) => { report(error); return undefined; });

export type Theme = "system" | "light" | "dark";
export const theme = signal<Theme>((localStorage.getItem("pagesight.theme") as Theme | null) ?? "system");
effect(() => {
  if (theme.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  localStorage.setItem("pagesight.theme", theme.value);
});

export const capabilities = signal<Capabilities | null>(null);
export const signedIn = computed(() => key.value !== "");

let asked = "";
effect(() => {
  const now = key.value;
  if (!now || now === asked) return;
  asked = now;
  void guarded(async () => { capabilities.value = await getJson<Capabilities>("v1/capabilities"); });
});

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // a page without TLS has no clipboard
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
