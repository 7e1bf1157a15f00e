/** Health in words, figures of now and of the last hours, workers and models. */

import { useEffect, useState } from "preact/hooks";
import { call, getJson, Problem } from "../api";
import { capabilities } from "../state";
import { languageName, t } from "../texts";
import type { Readiness, Worker } from "../types";
import { Badge, usePolling } from "../ui/parts";
import { History } from "./History";
import { parseMetrics, sum, type Sample } from "./metrics";

const EVERY_MS = 3000;

async function readiness(): Promise<Readiness> {
  try {
    return await getJson<Readiness>("readyz");
  } catch (error) {
    if (error instanceof Problem && error.code === "not_ready") return { ...(error.body as unknown as Readiness), ready: false };
    throw error;
  }
}

function Health({ now }: { now: Readiness }) {
  const level = now.ready ? (now.reading ? "" : " half") : " bad";
  return (
    <section class={`card health${level}`} role="status">
      <span class="dot" aria-hidden="true" />
      <div>
        <h1>{now.ready ? (now.reading ? t.service.good : t.service.accepts) : t.service.bad}</h1>
        {now.reasons.length === 0 && <p class="quiet">{t.service.goodMore}</p>}
        {now.reasons.map((each) => <p key={each.part}>{each.message} <span class="quiet">{t.service.remedy}: {each.remedy}</span></p>)}
      </div>
    </section>
  );
}

interface Figures { waiting: number; oldest: number; read: number; refused: number; jobs: [string, number][] }

function figuresOf(samples: Sample[]): Figures {
  return {
    waiting: sum(samples, "pagesight_queue_pages"),
    oldest: sum(samples, "pagesight_queue_oldest_seconds"),
    read: sum(samples, "pagesight_pages_last_minute"),
    refused: sum(samples, "pagesight_http_requests_total", (labels) => /^5/.test(labels.status ?? "")),
    jobs: samples.filter((each) => each.name === "pagesight_jobs" && each.value > 0).map((each) => [each.labels.state ?? "", each.value]),
  };
}

interface Model { name: string; version: string; licence?: string; provider?: string }

function modelsOf(workers: Worker[]): Model[] {
  const found = new Map<string, Model>();
  for (const { capabilities: able } of workers) {
    for (const each of (able.models as Model[] | undefined) ?? []) found.set(each.name, each);
    for (const [name, provider] of Object.entries((able.providers as Record<string, string> | undefined) ?? {})) {
      found.set(name, { version: "", ...found.get(name), name, provider });
    }
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function Workers({ workers }: { workers: Worker[] }) {
  return (
    <section class="card"><h2>{t.service.workers}</h2>
      <ul class="line-list">{workers.map((each) => (
        <li key={each.id}>
          <div class="grow"><strong>{each.role}</strong> <code class="quiet small">{each.id}</code>
            <div class="quiet small">{each.reason || (each.capabilities.threads ? `${String(each.capabilities.threads)} ${t.service.threads}` : "")}</div></div>
          <Badge state={each.ready ? "ready" : "down"} text={each.ready ? t.service.ready : t.service.notReady} />
        </li>
      ))}</ul>
    </section>
  );
}

function Models({ models }: { models: Model[] }) {
  return (
    <section class="card"><h2>{t.service.models}</h2>
      <div class="scroll" tabIndex={0}><table class="data">
        <thead><tr><th scope="col">{t.service.models}</th><th scope="col">{t.service.version}</th><th scope="col">{t.service.licence}</th><th scope="col">{t.service.provider}</th></tr></thead>
        <tbody>{models.map((each) => (
          <tr key={each.name}><td><strong>{each.name}</strong></td><td>{each.version}</td><td>{each.licence ?? ""}</td><td>{each.provider?.replace("ExecutionProvider", "") ?? ""}</td></tr>
        ))}</tbody>
      </table></div>
      <p class="quiet small">{t.service.languages}: {(capabilities.value?.languages ?? []).map(languageName).join(", ")}</p>
    </section>
  );
}

export function ServiceView() {
  const [now, setNow] = useState<Readiness | null>(null);
  const [figures, setFigures] = useState<Figures | null>(null);
  useEffect(() => { document.title = `${t.service.title} · ${t.brand}`; }, []);
  usePolling(async () => {
    setNow(await readiness());
    setFigures(figuresOf(parseMetrics(await (await call("metrics")).text())));
  }, EVERY_MS, []);
  return (
    <main class="view" id="content" tabIndex={-1}>
      {now && <Health now={now} />}
      <div class="tiles">
        <section class="card"><h3>{t.service.waitingPages}</h3><div class="figure">{figures?.waiting ?? "…"}</div></section>
        <section class="card"><h3>{t.service.lastMinute}</h3><div class="figure">{figures?.read ?? "…"}</div></section>
        <section class="card"><h3>{t.service.oldest}</h3><div class="figure">{figures ? (figures.oldest ? t.units.seconds(figures.oldest) : t.service.none) : "…"}</div></section>
        <section class="card"><h3>{t.service.refused}</h3><div class="figure">{figures?.refused ?? "…"}</div></section>
        <section class="card"><h3>{t.service.jobsBy}</h3><ul class="legend">{figures?.jobs.map(([state, count]) => <li key={state}><Badge state={state} /> {count}</li>)}</ul></section>
      </div>
      <History />
      {now && <div class="cards"><Workers workers={now.workers} /><Models models={modelsOf(now.workers)} /></div>}
    </main>
  );
}
