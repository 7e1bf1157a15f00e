/** Receivers of webhooks, and what was delivered to them. */

import { useEffect, useState } from "preact/hooks";
import { call, getJson, send } from "../api";
import { href, route, setQuery } from "../router";
import { capabilities, guarded, notify } from "../state";
import { t } from "../texts";
import { when } from "../format";
import type { Delivery, Endpoint } from "../types";
import { Icon } from "../ui/Icon";
import { Badge, Empty, Secret, usePolling } from "../ui/parts";
import { DeliveryView } from "./Delivery";

type WithSecret = Endpoint & { secret: string };

function AddForm({ onMade }: { onMade: (made: WithSecret) => void }) {
  const [url, setUrl] = useState(""), [event, setEvent] = useState("*"), [description, setDescription] = useState("");
  return (
    <details class="card">
      <summary>{t.webhooks.add}</summary>
      <form class="form" onSubmit={(submitted) => {
        submitted.preventDefault();
        void guarded(async () => { onMade(await send<WithSecret>("POST", "v1/webhooks", { url, events: [event], description })); setUrl(""); });
      }}>
        <label>{t.webhooks.url}<input type="url" required placeholder="https://…" value={url} onInput={(e) => setUrl(e.currentTarget.value)} /></label>
        <label>{t.webhooks.events}<select value={event} onChange={(e) => setEvent(e.currentTarget.value)}>
          <option value="*">{t.webhooks.all}</option>
          {(capabilities.value?.webhook_events ?? []).map((each) => <option key={each}>{each}</option>)}
        </select></label>
        <label>{t.webhooks.description}<input value={description} maxLength={200} onInput={(e) => setDescription(e.currentTarget.value)} /></label>
        <button class="primary">{t.webhooks.create}</button>
      </form>
    </details>
  );
}

function EndpointRow({ each, act, onSecret }: { each: Endpoint; act: (work: () => Promise<unknown>) => void; onSecret: (text: string) => void }) {
  const path = `v1/webhooks/${each.id}`;
  return (
    <li>
      <div class="grow">
        <strong>{each.url ?? t.webhooks.callback}</strong>
        <div class="quiet small">{each.description && `${each.description} · `}{each.events.join(", ").replace("*", t.webhooks.all)}{each.disabled_reason && ` · ${each.disabled_reason}`}</div>
      </div>
      <Badge state={each.enabled ? "ready" : "down"} text={each.enabled ? t.webhooks.enabled : t.webhooks.disabled} />
      {each.url && (
        <div class="row">
          <button type="button" onClick={() => act(() => send("POST", `${path}/ping`))}>{t.webhooks.ping}</button>
          <button type="button" class="ghost" onClick={() => act(() => send("PATCH", path, { enabled: !each.enabled }))}>{each.enabled ? t.webhooks.disable : t.webhooks.enable}</button>
          <button type="button" class="ghost" onClick={() => act(async () => onSecret((await send<WithSecret>("POST", `${path}/rotate`)).secret))}>{t.webhooks.rotate}</button>
          <button type="button" class="ghost" aria-label={t.webhooks.remove} title={t.webhooks.remove} onClick={() => act(() => call(path, { method: "DELETE" }))}><Icon name="trash" size={16} /></button>
        </div>
      )}
    </li>
  );
}

export function WebhooksView() {
  const [endpoints, setEndpoints] = useState<Endpoint[] | null>(null);
  const [deliveries, setDeliveries] = useState<Delivery[] | null>(null);
  const [secret, setSecret] = useState("");
  const { query } = route.value;
  const state = query.get("state") ?? "", open = query.get("delivery");
  const load = async () => {
    const filter = state ? `&state=${state}` : "";
    const [hooks, sent] = await Promise.all([
      getJson<{ webhooks: Endpoint[] }>("v1/webhooks"), getJson<{ deliveries: Delivery[] }>(`v1/webhooks/deliveries?limit=100${filter}`),
    ]);
    setEndpoints(hooks.webhooks);
    setDeliveries(sent.deliveries);
  };
  usePolling(load, 4000, [state]);
  useEffect(() => { document.title = `${t.webhooks.title} · ${t.brand}`; }, []);
  const act = (work: () => Promise<unknown>) => void guarded(async () => { await work(); await load(); });
  return (
    <main class="view" id="content" tabIndex={-1}>
      <div class="view-head"><h1>{t.webhooks.title}</h1></div>
      {secret && <Secret title={t.webhooks.secret} text={secret} onClose={() => setSecret("")} />}
      <div class="split">
        <div class="cards">
          <AddForm onMade={(made) => { setSecret(made.secret); act(async () => undefined); }} />
          <section class="card" aria-labelledby="endpoints-title">
            <h2 id="endpoints-title">{t.webhooks.endpoints}</h2>
            {endpoints?.length === 0 && <Empty>{t.webhooks.none}</Empty>}
            <ul class="line-list">{endpoints?.map((each) => <EndpointRow key={each.id} each={each} act={act} onSecret={setSecret} />)}</ul>
          </section>
        </div>
        <section class="card" aria-labelledby="deliveries-title">
          <div class="panel-head">
            <h2 id="deliveries-title">{t.webhooks.deliveries}</h2>
            <select aria-label={t.webhooks.state} value={state} onChange={(event) => setQuery({ state: event.currentTarget.value || null })}>
              <option value="">{t.jobs.all}</option>
              {Object.entries(t.webhooks.states).map(([name, text]) => <option key={name} value={name}>{text}</option>)}
            </select>
          </div>
          {deliveries?.length === 0 && <Empty>{t.webhooks.noDeliveries}</Empty>}
          <ul class="line-list">
            {deliveries?.map((each) => (
              <li key={each.id}>
                <div class="grow"><a href={href("webhooks", { ...(state && { state }), delivery: each.id })} aria-expanded={open === each.id}>{each.event}</a>
                  <div class="quiet small">{when(each.created_at)} · {t.webhooks.tries(each.attempts)} · {each.url.replace(/^https?:\/\//, "")}</div></div>
                <Badge state={each.state} text={t.webhooks.states[each.state] ?? each.state} />
                <button type="button" class="ghost" onClick={() => act(async () => { await send("POST", `v1/webhooks/deliveries/${each.id}/replay`); notify(t.webhooks.replayed); })}><Icon name="retry" size={16} /> {t.webhooks.replay}</button>
                {open === each.id && <DeliveryView id={each.id} attempts={each.attempts} />}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </main>
  );
}
