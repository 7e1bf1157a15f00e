/** The fields of a result with their places, in one shape whatever analysis found them. */

import { t } from "../texts";
import { words as readable } from "../format";
import type { Box } from "../types";

export interface Found {
  name: string; value: string | null; confidence: number | null; page: number | null; box: Box | null;
  label: string | null; reason: string | null; candidates: string[];
}
export interface FieldGroup { title: string; fields: Found[] }

interface Raw {
  value?: unknown; reason?: string; confidence?: number; text?: string; page?: number; box?: Box; currency?: string;
  label?: { text: string } | null; candidates?: { value?: unknown; text?: string }[];
}

function found(name: string, raw: Raw): Found {
  const value = raw.value ?? null;
  const shown = value === null ? null : `${String(value)}${raw.currency ? ` ${raw.currency}` : ""}`;
  return {
    name: readable(name), value: shown, confidence: raw.confidence ?? null, page: raw.page ?? null, box: raw.box ?? null,
    label: raw.label?.text ?? null, reason: raw.reason ?? null,
    candidates: (raw.candidates ?? []).map((each) => String(each.value ?? each.text ?? "")),
  };
}

const known = (group: Record<string, Raw> | undefined): Found[] =>
  Object.entries(group ?? {}).map(([name, raw]) => found(name, raw))
    .sort((a, b) => Number(a.value === null) - Number(b.value === null));

interface Pair { label: { text: string }; value: Raw & { text: string }; class?: string; confidence: number }
interface Analyses {
  fields?: { known?: Record<string, Raw>; pairs?: Pair[]; asked?: { fields?: Record<string, Raw> } };
}

export function fieldGroups(analyses: Record<string, unknown> | undefined): FieldGroup[] {
  const fields = (analyses as Analyses | undefined)?.fields;
  if (!fields) return [];
  const pairs = (fields.pairs ?? []).map((pair) => ({
    ...found(pair.label.text, { ...pair.value, value: pair.value.text, confidence: pair.confidence }), name: pair.label.text,
  }));
  return [
    { title: t.fields.asked, fields: known(fields.asked?.fields) },
    { title: t.fields.known, fields: known(fields.known) },
    { title: t.fields.pairs, fields: pairs },
  ].filter((group) => group.fields.length > 0);
}

interface Box_ { kind: string; state: string; box: Box; label: string | null; confidence: number }

/** Check boxes of a page. */
export function checkBoxes(analyses: Record<string, unknown> | undefined, page: number): Found[] {
  const boxes = (analyses?.checkboxes as Box_[] | undefined) ?? [];
  return boxes.map((each) => ({
    name: each.label || readable(each.kind), value: each.state, confidence: each.confidence, page, box: each.box,
    label: null, reason: null, candidates: [],
  }));
}
