/** Finding words in a document: on the page at hand word by word, on the others in their text. */

import type { Model } from "../viewer/model";

const plain = (text: string): string => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

/** Indexes of the words of a page that a search matches, several words in a row included. */
export function wordsMatching(model: Model, search: string): number[] {
  const wanted = plain(search).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const words = model.words.map((word) => plain(word.text));
  const found: number[] = [];
  words.forEach((_, at) => {
    if (wanted.every((each, i) => words[at + i]?.includes(each))) wanted.forEach((_each, i) => found.push(at + i));
  });
  return found;
}

/** How often each page has the search, by the number of the page. */
export function pagesMatching(texts: readonly string[], search: string): Map<number, number> {
  const wanted = plain(search).trim().replace(/\s+/g, " ");
  const counts = new Map<number, number>();
  if (!wanted) return counts;
  texts.forEach((text, at) => {
    const count = plain(text).replace(/\s+/g, " ").split(wanted).length - 1;
    if (count > 0) counts.set(at + 1, count);
  });
  return counts;
}
