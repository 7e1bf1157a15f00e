/** How to read: the choices most people need, and all others from the service's own descriptions. */

import { words } from "../format";
import { capabilities } from "../state";
import { languageName, t } from "../texts";
import type { OptionSchema } from "../types";
import { Icon } from "../ui/Icon";
import { options, resetOptions, setOption } from "./options";

const SHOWN = new Set(["profile", "languages", "detectors", "analyses"]);

function Segments({ name, schema }: { name: string; schema: OptionSchema }) {
  const chosen = options.value[name] ?? schema.default;
  return (
    <div class="segments" role="radiogroup" aria-label={t.read.profile}>
      {(schema.enum ?? []).map((each) => (
        <button key={each} type="button" role="radio" aria-checked={chosen === each} onClick={() => setOption(name, each === schema.default ? undefined : each)}>{t.read.profiles[each] ?? words(each)}</button>
      ))}
    </div>
  );
}

function Languages() {
  const chosen = (options.value.languages as string[] | undefined) ?? ["eng"];
  const installed = ["auto", ...(capabilities.value?.languages ?? [])];
  const set = (next: string[]) => setOption("languages", next.length === 0 || (next.length === 1 && next[0] === "eng") ? undefined : next);
  return (
    <div class="language-row">
      {chosen.map((code) => (
        <span key={code} class="pill">{languageName(code)}
          <button type="button" aria-label={t.read.removeLanguage(languageName(code))} disabled={chosen.length === 1} onClick={() => set(chosen.filter((each) => each !== code))}><Icon name="close" size={13} /></button>
        </span>
      ))}
      <select aria-label={t.read.addLanguage} value="" onChange={(event) => {
        const code = event.currentTarget.value;
        event.currentTarget.value = "";
        if (code) set(code === "auto" ? ["auto"] : [...chosen.filter((each) => each !== "auto"), code]);
      }}>
        <option value="">{t.read.addLanguage}</option>
        {installed.filter((code) => !chosen.includes(code)).map((code) => <option key={code} value={code}>{languageName(code)}</option>)}
      </select>
    </div>
  );
}

function Toggles({ name, all, labels, preset }: { name: string; all: string[]; labels?: Record<string, string>; preset: string[] }) {
  const chosen = (options.value[name] as string[] | undefined) ?? preset;
  const flip = (each: string) => {
    const next = chosen.includes(each) ? chosen.filter((one) => one !== each) : [...chosen, each];
    setOption(name, next.length === preset.length && next.every((one) => preset.includes(one)) ? undefined : next);
  };
  return (
    <div class="toggles">
      {all.map((each) => <button key={each} type="button" class="chip" aria-pressed={chosen.includes(each)} onClick={() => flip(each)}>{labels?.[each] ?? each}</button>)}
    </div>
  );
}

const plainOf = (schema: OptionSchema): OptionSchema =>
  schema.anyOf ? { ...schema.anyOf.find((each) => each.type !== "null"), ...schema } : schema;

function Field({ name, schema }: { name: string; schema: OptionSchema }) {
  const plain = plainOf(schema);
  const value = options.value[name];
  const id = `option-${name}`;
  const set = (text: string) => {
    if (text === "") return setOption(name, undefined);
    if (plain.type === "number" || plain.type === "integer") return setOption(name, Number(text));
    return setOption(name, plain.type === "array" ? text.split(",").map((each) => each.trim()).filter(Boolean) : text);
  };
  const shown = value === undefined ? "" : Array.isArray(value) ? value.join(", ") : String(value);
  return (
    <div class="option">
      <label for={id}>{words(name)}</label>
      {plain.enum
        ? <select id={id} value={shown} aria-describedby={`${id}-help`} onChange={(event) => set(event.currentTarget.value)}>
            <option value="">{String(plain.default)}</option>
            {plain.enum.filter((each) => each !== plain.default).map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        : <input id={id} value={shown} aria-describedby={`${id}-help`} placeholder={plain.default === null || plain.default === undefined ? "" : String(plain.default)}
            type={(plain.type === "number" || plain.type === "integer" ? "number" : "text") as "number"} step="any" min={plain.minimum} max={plain.maximum} onChange={(event) => set(event.currentTarget.value)} />}
      <small id={`${id}-help`}>{(schema.description ?? "").replaceAll("`", "")}</small>
    </div>
  );
}

export function OptionsPanel() {
  const schema = capabilities.value?.options.properties;
  if (!schema) return <section class="card options" aria-label={t.read.options}><p class="quiet">{t.job.loading}</p></section>;
  const rest = Object.entries(schema).filter(([name]) => !SHOWN.has(name));
  const changed = rest.filter(([name]) => options.value[name] !== undefined).length;
  const analyses = schema.analyses?.items?.enum ?? Object.keys(t.read.analyses);
  return (
    <section class="card options" aria-labelledby="options-title">
      <div class="panel-head"><h2 id="options-title">{t.read.options}</h2>
        {Object.keys(options.value).length > 0 && <button type="button" class="ghost small" onClick={resetOptions}>{t.read.reset}</button>}</div>
      <div class="option-label">{t.read.profile}</div>
      {schema.profile && <Segments name="profile" schema={schema.profile} />}
      <div class="option-label">{t.read.languages}</div>
      <Languages />
      <div class="option-label">{t.read.extras}</div>
      <Toggles name="analyses" all={analyses} labels={t.read.analyses} preset={[]} />
      <div class="option-label">{t.read.detectors}</div>
      <Toggles name="detectors" all={capabilities.value?.detectors ?? []} preset={(schema.detectors?.default as string[] | undefined) ?? []} />
      <details>
        <summary>{t.read.more}{changed > 0 && <span class="quiet"> · {t.read.changed(changed)}</span>}</summary>
        {rest.map(([name, each]) => <Field key={name} name={name} schema={each} />)}
      </details>
    </section>
  );
}
