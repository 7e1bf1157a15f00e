/** The options of the next upload: what the person changed, kept in this browser. */

import { signal } from "@preact/signals";

const KEY = "pagesight.options";

export const options = signal<Record<string, unknown>>(stored());

function stored(): Record<string, unknown> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Set an option; undefined returns it to its default. */
export function setOption(name: string, value: unknown): void {
  const next = { ...options.value };
  if (value === undefined || value === "") delete next[name];
  else next[name] = value;
  options.value = next;
  localStorage.setItem(KEY, JSON.stringify(next));
}

export function resetOptions(): void {
  options.value = {};
  localStorage.removeItem(KEY);
}
