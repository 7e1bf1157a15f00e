/** All jobs: filters, search, and a list that stays quick with ten thousand of them. */

import { useEffect, useRef, useState } from "preact/hooks";
import { getJson } from "../api";
import { between, FINAL, nameOf, when } from "../format";
import { href, route, setQuery } from "../router";
import { guarded } from "../state";
import { t } from "../texts";
import type { Job, JobList, TextMatch } from "../types";
import { Icon } from "../ui/Icon";
import { Badge, Empty, Progress, VirtualList } from "../ui/parts";

const STATES = ["queued", "running", "succeeded", "partial", "failed", "cancelled", "expired"];
const AT_ONCE = 100;

export function JobRow({ job }: { job: Job }) {
  return (
    <a class="job-row" href={href(`jobs/${job.id}`)}>
      <span class="job-name">{nameOf(job)}{job.fault && <span class="bad-text small" title={job.fault.message}> {job.fault.message}</span>}</span>
      <span><Badge state={job.state} /></span>
      <span class="quiet">{FINAL.has(job.state) ? job.pages.total ?? "" : <Progress job={job} />}</span>
      <span class="quiet">{when(job.created_at)}</span>
      <span class="quiet number">{between(job.started_at, job.finished_at)}</span>
    </a>
  );
}

/** A piece of a page's text with the words that were searched for; leads to them. */
function Snippet({ job, match }: { job: Job; match: TextMatch }) {
  const first = match.marks[0];
  const find = first ? match.snippet.slice(...first) : "";
  let at = 0;
  const parts = match.marks.flatMap(([start, end]) => {
    const before = match.snippet.slice(at, start);
    at = end;
    return [before, <mark key={start}>{match.snippet.slice(start, end)}</mark>];
  });
  return (
    <a class="snippet small" href={href(`jobs/${job.id}`, { page: String(match.page), find })}>
      <span class="quiet">{t.jobs.onPage(match.page)}</span> {parts}{match.snippet.slice(at)}
    </a>
  );
}

function MatchRow({ job, matches }: { job: Job; matches: readonly TextMatch[] }) {
  return <div class="match-row"><JobRow job={job} />{matches.slice(0, 2).map((each) => <Snippet key={each.page} job={job} match={each} />)}</div>;
}

export const JobRowHead = () => (
  <div class="job-row list-head" aria-hidden="true">
    {[t.jobs.name, t.jobs.state, t.jobs.pages, t.jobs.created, t.jobs.took].map((name) => <span key={name}>{name}</span>)}
  </div>
);

export function JobsView() {
  const { query } = route.value;
  const state = query.get("state") ?? "", search = query.get("search") ?? "", batch = query.get("batch") ?? "";
  const inText = query.get("in") === "text", byText = inText && /[\p{L}\p{N}]/u.test(search);
  const [matches, setMatches] = useState<Record<string, TextMatch[]>>({});
  const [jobs, setJobs] = useState<Job[]>([]);
  const next = useRef<string | null>(null);
  const loading = useRef(false);
  const [loaded, setLoaded] = useState(false);

  const fetchPage = async (before: string | null): Promise<JobList> => {
    const wanted = new URLSearchParams({ limit: String(AT_ONCE) });
    if (state) wanted.set("state", state);
    if (byText) wanted.set("text", search);
    else if (search && !inText) wanted.set("search", search);
    if (batch) wanted.set("batch_id", batch);
    if (before) wanted.set("before", before);
    const found = await getJson<JobList>(`v1/jobs?${wanted}`);
    setMatches((old) => ({ ...old, ...found.matches }));
    return found;
  };
  useEffect(() => {
    document.title = `${t.jobs.title} · ${t.brand}`;
    let current = true;
    let timer = 0;
    setLoaded(false);
    const refresh = async (whole: boolean) => {
      const page = await guarded(() => fetchPage(null));
      if (!current) return;
      if (page) {
        // The newest page is fetched again; what was scrolled to stays.
        setJobs((old) => {
          const known = new Set(page.jobs.map((job) => job.id));
          const rest = whole ? [] : old.filter((job) => !known.has(job.id) && job.id < (page.jobs.at(-1)?.id ?? ""));
          if (whole || rest.length === 0) next.current = page.next;
          return [...page.jobs, ...rest];
        });
        setLoaded(true);
      }
      timer = window.setTimeout(() => void refresh(false), document.hidden ? 20_000 : 4000);
    };
    timer = window.setTimeout(() => void refresh(true), search ? 200 : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [state, search, batch, inText]);
  const more = () => {
    if (loading.current || !next.current) return;
    loading.current = true;
    void guarded(async () => {
      const page = await fetchPage(next.current);
      next.current = page.next;
      setJobs((old) => [...old, ...page.jobs.filter((job) => job.id < (old.at(-1)?.id ?? "~"))]);
    }).finally(() => { loading.current = false; });
  };
  return (
    <main class="view jobs" id="content" tabIndex={-1}>
      <div class="view-head">
        <h1>{t.jobs.title}</h1>
        <div class="find" role="search"><Icon name="search" size={16} />
          <input type="search" aria-label={inText ? t.jobs.searchText : t.jobs.search} placeholder={inText ? t.jobs.searchText : t.jobs.search} value={search} onInput={(event) => setQuery({ search: event.currentTarget.value || null })} /></div>
        <select aria-label={t.jobs.where} value={inText ? "text" : ""} onChange={(event) => setQuery({ in: event.currentTarget.value || null })}>
          <option value="">{t.jobs.inNames}</option><option value="text">{t.jobs.inText}</option>
        </select>
        <select aria-label={t.jobs.state} value={state} onChange={(event) => setQuery({ state: event.currentTarget.value || null })}>
          <option value="">{t.jobs.all}</option>
          {STATES.map((each) => <option key={each} value={each}>{t.states[each]}</option>)}
        </select>
        {batch && <span class="pill"><a href={href(`batches/${batch}`)}>{t.jobs.batch} {batch.slice(-6)}</a> <button type="button" aria-label={t.jobs.clear} onClick={() => setQuery({ batch: null })}><Icon name="close" size={13} /></button></span>}
        <span class="quiet small" role="status">{t.jobs.loaded(jobs.length)}{next.current && " +"}</span>
      </div>
      {loaded && jobs.length === 0 ? <Empty>{t.jobs.none}</Empty> : (
        <VirtualList key={byText ? "text" : "names"} items={jobs} rowHeight={byText ? 100 : 48} label={t.jobs.title} onEnd={more} row={(job) => (byText ? <MatchRow job={job} matches={matches[job.id] ?? []} /> : <JobRow job={job} />)} header={<JobRowHead />} />
      )}
    </main>
  );
}
