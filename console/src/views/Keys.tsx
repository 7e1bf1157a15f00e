/** The API keys of the tenant. */

import { useEffect, useState } from "preact/hooks";
import { call, getJson, Problem, send } from "../api";
import { when } from "../format";
import { guarded } from "../state";
import { t } from "../texts";
import { Badge, Empty, Secret } from "../ui/parts";
import { UsageCard } from "./Usage";

interface Key {
  id: string; prefix: string; name: string; scopes: string[]; created_at: string; expires_at: string | null; revoked_at: string | null; rate_per_s: number | null;
}
interface KeyList { keys: Key[]; current: string }
type NewKey = Key & { secret: string };

const SCOPES = ["jobs:read", "jobs:write", "webhooks", "admin"];

function AddForm({ onMade }: { onMade: (made: NewKey) => void }) {
  const [name, setName] = useState(""), [scopes, setScopes] = useState(["jobs:read", "jobs:write"]), [days, setDays] = useState("");
  const flip = (scope: string) => setScopes(scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]);
  return (
    <form class="card form" onSubmit={(event) => {
      event.preventDefault();
      void guarded(async () => {
        onMade(await send<NewKey>("POST", "v1/keys", { name, scopes, ...(days && { expires_days: Number(days) }) }));
        setName("");
      });
    }}>
      <h2>{t.keys.add}</h2>
      <label>{t.keys.name}<input required maxLength={100} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
      <div class="option-label">{t.keys.scopes}</div>
      <div class="toggles">{SCOPES.map((scope) => <button key={scope} type="button" class="chip" aria-pressed={scopes.includes(scope)} onClick={() => flip(scope)}>{scope}</button>)}</div>
      <label>{t.keys.days}<input type="number" min={1} max={3650} placeholder={t.keys.never} value={days} onInput={(event) => setDays(event.currentTarget.value)} /></label>
      <button class="primary" disabled={scopes.length === 0}>{t.keys.create}</button>
    </form>
  );
}

function stateOf(key: Key): [string, string] {
  if (key.revoked_at) return ["revoked", t.keys.revoked];
  if (key.expires_at && Date.parse(key.expires_at) < Date.now()) return ["expired", t.states.expired ?? ""];
  return ["valid", t.keys.valid];
}

export function KeysView() {
  const [list, setList] = useState<KeyList | null>(null);
  const [secret, setSecret] = useState("");
  const [forbidden, setForbidden] = useState(false);
  const load = async () => {
    try {
      setList(await getJson<KeyList>("v1/keys"));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "forbidden") throw error;
      setForbidden(true);
    }
  };
  useEffect(() => {
    document.title = `${t.keys.title} · ${t.brand}`;
    void guarded(load);
  }, []);
  const act = (work: () => Promise<unknown>) => () => void guarded(async () => { await work(); await load(); });
  return (
    <main class="view" id="content" tabIndex={-1}>
      <div class="view-head"><h1>{t.keys.title}</h1></div>
      {secret && <Secret title={t.keys.secret} text={secret} onClose={() => setSecret("")} />}
      {forbidden ? <><Empty>{t.keys.forbidden}</Empty><UsageCard /></> : (
        <div class="split">
          <div class="cards"><AddForm onMade={(made) => { setSecret(made.secret); void guarded(load); }} /><UsageCard /></div>
          <section class="card">
            {list?.keys.length === 0 && <Empty>{t.keys.none}</Empty>}
            <ul class="line-list">
              {list?.keys.map((key) => {
                const [state, text] = stateOf(key);
                return (
                  <li key={key.id}>
                    <div class="grow"><strong>{key.name}</strong> <code class="quiet small">ps_{key.prefix}_…</code> {key.id === list.current && <span class="quiet small">({t.keys.mine})</span>}
                      <div class="quiet small">{key.scopes.join(", ")} · {t.keys.created.toLowerCase()} {when(key.created_at)}{key.expires_at && ` · ${t.keys.expires.toLowerCase()} ${when(key.expires_at)}`}{key.rate_per_s ? ` · ${key.rate_per_s}/s` : ""}</div></div>
                    <Badge state={state} text={text} />
                    {state === "valid" && (
                      <div class="row">
                        <button type="button" onClick={act(async () => setSecret((await send<NewKey>("POST", `v1/keys/${key.id}/rotate`)).secret))}>{t.keys.rotate}</button>
                        <button type="button" class="ghost" onClick={act(async () => { if (confirm(t.keys.sure)) await call(`v1/keys/${key.id}`, { method: "DELETE" }); })}>{t.keys.revoke}</button>
                      </div>
                    )}
                  </li>
                );
              })}
            </ul>
          </section>
        </div>
      )}
    </main>
  );
}
