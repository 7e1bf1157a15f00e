/** The API reference, from the service's own OpenAPI document; requests are sent with the key of this browser. */

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "./style.css";
import { t } from "./texts";
import { Icon } from "./ui/Icon";
import { Mark, Notices, ThemeButton } from "./ui/Shell";
import { Markdown } from "./ui/markdown";
import { operationsOf, type OpenApi, type Operation } from "./docs/openapi";
import { OperationCard } from "./docs/OperationCard";

function Index({ api, operations, search, setSearch }: { api: OpenApi; operations: Operation[]; search: string; setSearch: (text: string) => void }) {
  return (
    <nav class="api-index" aria-label={t.docs.title}>
      <div class="find" role="search"><Icon name="search" size={16} /><input type="search" aria-label={t.docs.search} placeholder={t.docs.search} value={search} onInput={(event) => setSearch(event.currentTarget.value)} /></div>
      {api.tags.map((tag) => {
        const some = operations.filter((each) => each.tag === tag.name);
        return some.length > 0 && (
          <div key={tag.name}><strong>{tag.name}</strong>
            <ul>{some.map((each) => <li key={each.id}><a href={`#${each.id}`}><span class={`verb ${each.method}`}>{each.method.toUpperCase()}</span>{each.summary}</a></li>)}</ul></div>
        );
      })}
    </nav>
  );
}

function Reference() {
  const [api, setApi] = useState<OpenApi | null>(null);
  const [search, setSearch] = useState("");
  useEffect(() => {
    void fetch("openapi.json").then(async (response) => {
      setApi((await response.json()) as OpenApi);
      requestAnimationFrame(() => document.getElementById(location.hash.slice(1))?.scrollIntoView());
    });
  }, []);
  if (!api) return <main class="view"><p class="empty">{t.job.loading}</p></main>;
  const wanted = search.trim().toLowerCase();
  const operations = operationsOf(api).filter((each) => `${each.method} ${each.path} ${each.summary} ${each.description}`.toLowerCase().includes(wanted));
  return (
    <main class="view api" id="content" tabIndex={-1}>
      <Index api={api} operations={operations} search={search} setSearch={setSearch} />
      <div>
        <h1>{t.docs.title}</h1>
        <p class="quiet">{t.docs.lead} <a href="openapi.json">{t.docs.openapi}</a> · <a href="v1/schema/document.json">{t.docs.schema}</a></p>
        <Markdown text={api.info.description.trim()} />
        {api.tags.map((tag) => {
          const some = operations.filter((each) => each.tag === tag.name);
          return some.length > 0 && (
            <section key={tag.name}><h2>{tag.name}</h2><p class="quiet">{tag.description}</p>
              {some.map((each) => <OperationCard key={each.id} operation={each} api={api} />)}</section>
          );
        })}
      </div>
    </main>
  );
}

render(
  <>
    <header class="bar"><a class="brand" href="./"><Mark />{t.brand}</a><nav aria-label={t.nav.label}><a href="./">{t.docs.console}</a><a href="docs" aria-current="page">{t.nav.api}</a></nav><div class="bar-end"><ThemeButton /></div></header>
    <Reference />
    <Notices />
  </>,
  document.getElementById("app")!,
);
