/** The last hours of the service: what was read, what waited, how long jobs took, what failed. */

import { useState } from "preact/hooks";
import { getJson } from "../api";
import { words } from "../format";
import { route, setQuery } from "../router";
import { t } from "../texts";
import { Chart } from "../ui/Chart";
import { usePolling } from "../ui/parts";

interface Point {
  at: string; pages_waiting: number; pages_read: number; pages_failed: number; jobs_ended: number; jobs_failed: number;
  job_s_median: number | null; job_s_p95: number | null;
}
interface Figures { minutes: number; points: Point[]; faults: Record<string, number> }

const SPANS = [1, 6, 24, 168];
const EVERY_MS = 20_000;
const count = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: 1 });
const total = (points: Point[], name: "pages_read" | "pages_failed" | "jobs_ended" | "jobs_failed"): number => points.reduce((sum, each) => sum + each[name], 0);

function Faults({ faults }: { faults: Record<string, number> }) {
  const rows = Object.entries(faults).sort((a, b) => b[1] - a[1]).slice(0, 6);
  if (rows.length === 0) return null;
  return (
    <ul class="legend">{rows.map(([code, number]) => <li key={code}><a href={`problems/${code}`}>{words(code)}</a> <span class="quiet">{number.toLocaleString()}</span></li>)}</ul>
  );
}

function Charts({ figures, hours }: { figures: Figures; hours: number }) {
  const { points, minutes, faults } = figures;
  const to = Date.now();
  const axis = { times: points.map((each) => Date.parse(each.at)), from: to - hours * 3_600_000, to, stepMs: minutes * 60_000 };
  const perMinute = (values: number[]) => values.map((value) => value / minutes);
  const waited = Math.max(0, ...points.map((each) => each.pages_waiting));
  const slowest = Math.max(0, ...points.map((each) => each.job_s_p95 ?? 0));
  return (
    <div class="charts">
      <Chart {...axis} title={t.service.throughput} shown={count} summary={t.service.readIn(total(points, "pages_read"))}
        series={[{ name: t.service.perMinute, colour: "accent", bars: true, values: perMinute(points.map((each) => each.pages_read)) }]} />
      <Chart {...axis} title={t.service.waitingPages} shown={count} summary={t.service.waitedMost(waited)}
        series={[{ name: t.service.pagesWord, colour: "blue", values: points.map((each) => each.pages_waiting) }]} />
      <Chart {...axis} title={t.service.jobTime} shown={t.units.seconds} summary={t.service.slowest(t.units.seconds(slowest))}
        series={[{ name: t.service.p95, colour: "rust", values: points.map((each) => each.job_s_p95) }, { name: t.service.median, colour: "accent", values: points.map((each) => each.job_s_median) }]} />
      <Chart {...axis} title={t.service.failures} shown={count} summary={t.service.failedIn(total(points, "pages_failed"), total(points, "jobs_failed"))}
        series={[{ name: t.service.pagesWord, colour: "bad", bars: true, values: points.map((each) => each.pages_failed) }, { name: t.service.jobsWord, colour: "blue", bars: true, values: points.map((each) => each.jobs_failed) }]}>
        <Faults faults={faults} />
      </Chart>
    </div>
  );
}

export function History() {
  const hours = Number(route.value.query.get("hours")) || 6;
  const [figures, setFigures] = useState<Figures | null>(null);
  usePolling(async () => setFigures(await getJson<Figures>(`v1/history?hours=${hours}`)), EVERY_MS, [hours]);
  return (
    <section aria-labelledby="history-title">
      <div class="view-head"><h2 id="history-title">{t.service.history}</h2>
        <div class="segments" role="group" aria-label={t.service.history}>{SPANS.map((each) => (
          <button key={each} type="button" aria-pressed={hours === each} onClick={() => setQuery({ hours: String(each) })}>{t.service.span(each)}</button>
        ))}</div>
      </div>
      {figures && <Charts figures={figures} hours={hours} />}
    </section>
  );
}
