/** Numbers, times and names as people read them. */

import { t } from "./texts";
import type { Job } from "./types";

const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const YEAR = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** A time of today as hours and minutes, another with its day. */
export const clock = (time: number): string => when(new Date(time).toISOString());

export function when(iso: string | null): string {
  if (!iso) return "";
  const date = new Date(iso);
  if (date.getFullYear() !== new Date().getFullYear()) return YEAR.format(date);
  return (date.toDateString() === new Date().toDateString() ? TIME : DAY).format(date);
}

export function between(from: string | null, to: string | null): string {
  if (!from || !to) return "";
  return t.units.seconds((Date.parse(to) - Date.parse(from)) / 1000);
}

export function bytes(count: number | null): string {
  if (count === null) return "";
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${Math.round(count / 1000)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

export const nameOf = (job: Job): string =>
  job.input.filename ?? job.custom_id ?? job.input.url?.split("/").pop() ?? job.id;

export const FINAL = new Set(["succeeded", "partial", "failed", "cancelled", "expired"]);
export const hasResult = (job: Job): boolean => job.state === "succeeded" || job.state === "partial";
export const words = (name: string): string => name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
