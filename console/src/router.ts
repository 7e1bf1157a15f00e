/** Where the person is: the part of the address after `#`, which reloads and links keep. */

import { signal } from "@preact/signals";

export interface Route { path: string[]; query: URLSearchParams }

function parse(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

export const route = signal<Route>(parse());
addEventListener("hashchange", () => { route.value = parse(); });

export const href = (path: string, query?: Record<string, string>): string =>
  `#/${path}${query ? `?${new URLSearchParams(query)}` : ""}`;

export function go(path: string, query?: Record<string, string>): void {
  location.hash = href(path, query);
}

/** Change parameters of the address in place; null removes one. */
export function setQuery(changes: Record<string, string | null>): void {
  const { path, query } = route.value;
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  history.replaceState(null, "", `#/${path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`);
  route.value = parse();
}
