/** A value of JSON as a tree whose branches are drawn when they are opened. */

import { useState } from "preact/hooks";
import { t } from "../texts";
import { CopyButton } from "../ui/parts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const AT_ONCE = 100;

function Leaf({ value }: { value: Json }) {
  const kind = value === null ? "null" : typeof value;
  return <span class={`json-${kind}`}>{JSON.stringify(value)}</span>;
}

const isFlat = (value: Json): boolean =>
  Array.isArray(value) && value.length <= 8 && value.every((each) => typeof each !== "object" || each === null || (Array.isArray(each) && isFlat(each)));

function Branch({ name, value, open }: { name: string; value: Json; open: boolean }) {
  const [shown, setShown] = useState(open);
  const [limit, setLimit] = useState(AT_ONCE);
  if (typeof value !== "object" || value === null || isFlat(value)) {
    return <li><span class="json-name">{name}</span>: <Leaf value={value} /></li>;
  }
  const entries = Object.entries(value);
  return (
    <li>
      <button type="button" class="json-toggle" aria-expanded={shown} onClick={() => setShown(!shown)}>
        <span class="json-name">{name}</span> <span class="quiet">{Array.isArray(value) ? t.json.items(entries.length) : "{ }"}</span>
      </button>
      {shown && (
        <ul>
          {entries.slice(0, limit).map(([each, inner]) => <Branch key={each} name={each} value={inner as Json} open={false} />)}
          {entries.length > limit && <li><button type="button" class="json-toggle" onClick={() => setLimit(limit + AT_ONCE)}>+ {entries.length - limit}</button></li>}
        </ul>
      )}
    </li>
  );
}

export function JsonPanel({ value }: { value: unknown }) {
  const entries = Object.entries((value ?? {}) as Record<string, Json>);
  return (
    <div class="panel">
      <div class="panel-head"><span /><CopyButton text={() => JSON.stringify(value, null, 2)} /></div>
      <ul class="json" aria-label={t.json.label}>{entries.map(([name, each]) => <Branch key={name} name={name} value={each} open={name === "page"} />)}</ul>
    </div>
  );
}
