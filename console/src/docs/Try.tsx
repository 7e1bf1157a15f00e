/** A form that sends a request and shows what comes back. */

import { useState } from "preact/hooks";
import { key } from "../api";
import { t } from "../texts";
import { CopyButton } from "../ui/parts";
import { choicesOf, exampleOf, typeOf, type OpenApi, type Operation, type Parameter } from "./openapi";

interface Answer { status: number; ms: number; text: string; picture?: string }
const SHOWN = 20_000;

/** A field for a value: a choice where the values are known. */
function Value({ parameter, value, set, api }: { api: OpenApi; parameter: Parameter; value: string; set: (text: string) => void }) {
  const choices = choicesOf(parameter.schema, api);
  if (choices.length === 0) {
    return <input required={parameter.required} placeholder={typeOf(parameter.schema)} title={parameter.description} value={value} onInput={(event) => set(event.currentTarget.value)} />;
  }
  return (
    <select required={parameter.required} title={parameter.description} value={value} onChange={(event) => set(event.currentTarget.value)}>
      <option value="" />{choices.map((each) => <option key={each} value={each}>{each}</option>)}
    </select>
  );
}

export function Try({ operation, api }: { operation: Operation; api: OpenApi }) {
  const media = Object.keys(operation.body ?? {});
  const [values, setValues] = useState<Record<string, string>>({});
  const [chosen, setChosen] = useState(media[0] ?? "");
  const [body, setBody] = useState(() => exampleOf(operation.body?.[media[0] ?? ""], api));
  const [files, setFiles] = useState<FileList | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const isForm = chosen === "multipart/form-data";
  const isText = chosen.includes("json");
  const places = operation.parameters;

  const request = (): [string, RequestInit] => {
    const query = new URLSearchParams();
    let path = operation.path.slice(1);
    const headers = new Headers();
    if (key.value) headers.set("Authorization", `Bearer ${key.value}`);
    for (const each of operation.parameters) {
      const value = values[each.name];
      if (each.in === "path") path = path.replace(`{${each.name}}`, encodeURIComponent(value ?? ""));
      else if (value && each.in === "query") query.append(each.name, value);
      else if (value) headers.set(each.name, value);
    }
    const init: RequestInit = { method: operation.method.toUpperCase(), headers };
    if (isForm) {
      const form = new FormData();
      for (const file of files ?? []) form.append("file", file, file.name);
      const parts = JSON.parse(body || "{}") as Record<string, unknown>;
      for (const [name, value] of Object.entries(parts)) if (name !== "file") form.append(name, typeof value === "string" ? value : JSON.stringify(value));
      init.body = form;
    } else if (operation.body) {
      headers.set("Content-Type", chosen.includes("*") ? files?.[0]?.type ?? "" : chosen);
      init.body = isText ? body : files?.[0] ?? "";
    }
    return [path + (query.size ? `?${query}` : ""), init];
  };

  const send = async () => {
    const began = performance.now();
    try {
      const [path, init] = request();
      const response = await fetch(path, init);
      const blob = await response.blob();
      const ms = performance.now() - began;
      if (blob.type.startsWith("image/")) return setAnswer({ status: response.status, ms, text: "", picture: URL.createObjectURL(blob) });
      const text = await blob.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it is */ }
      setAnswer({ status: response.status, ms, text: shown.slice(0, SHOWN) });
    } catch (error) {
      setAnswer({ status: 0, ms: performance.now() - began, text: String(error) });
    }
  };

  const asCommand = (): string => {
    const [path, init] = request();
    const address = new URL(path, document.baseURI).href;
    const parts = [`curl -X ${init.method} -H "Authorization: Bearer $KEY"`];
    if (isForm) parts.push("-F file=@FILE");
    else if (operation.body) parts.push(`-H "Content-Type: ${chosen}"`, isText ? `-d '${body.replaceAll("'", "'\\''")}'` : "--data-binary @FILE");
    return [...parts, `"${address}"`].join(" ");
  };

  return (
    <form class="try" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      {!key.value && <p class="hint">{t.docs.noKey}</p>}
      {places.map((each) => (
        <label key={each.name}><span><code>{each.name}</code></span>
          <Value api={api} parameter={each} value={values[each.name] ?? ""} set={(text) => setValues({ ...values, [each.name]: text })} /></label>
      ))}
      {media.length > 1 && (
        <label><span>{t.docs.body}</span><select value={chosen} onChange={(event) => { setChosen(event.currentTarget.value); setBody(exampleOf(operation.body?.[event.currentTarget.value], api)); }}>{media.map((each) => <option key={each}>{each}</option>)}</select></label>
      )}
      {operation.body && (isForm || !isText) && <label><span>{t.docs.file}</span><input type="file" multiple={isForm} onChange={(event) => setFiles(event.currentTarget.files)} /></label>}
      {operation.body && (isForm || isText) && <textarea aria-label={t.docs.body} spellcheck={false} value={body} onInput={(event) => setBody(event.currentTarget.value)} />}
      <div class="row"><button class="primary">{t.docs.sendIt}</button><CopyButton text={asCommand} label={t.docs.curl} /></div>
      {answer && (
        <div role="status"><p class="small"><strong>{answer.status}</strong> · {t.units.seconds(answer.ms / 1000)}</p>
          {answer.picture ? <img src={answer.picture} alt="" width={320} /> : <pre class="code" tabIndex={0}>{answer.text}</pre>}</div>
      )}
    </form>
  );
}
