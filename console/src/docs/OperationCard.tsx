/** One route: what it takes, what it answers, and a form to try it. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Markdown } from "../ui/markdown";
import { t } from "../texts";
import type { Content, OpenApi, Operation, Schema } from "./openapi";
import { resolve, typeOf } from "./openapi";
import { Try } from "./Try";

const plain = (text: string | undefined) => (text ?? "").replaceAll("`", "");

/** Drawn when it is opened: the whole reference at once would be fifty thousand elements. */
function Fold({ title, children }: { title: string; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return <details onToggle={(event) => { if (event.currentTarget.open) setOpen(true); }}><summary class="small">{title}</summary>{open && children()}</details>;
}

/** Limits, choices and the default of a value, as a reader needs them. */
function Limits({ schema }: { schema: Schema | undefined }) {
  if (!schema) return null;
  const inner = schema.anyOf?.find((each) => each.type !== "null") ?? schema;
  const texts = [
    schema.default !== undefined && schema.default !== null && t.docs.preset(JSON.stringify(schema.default)),
    inner.minimum !== undefined && `≥ ${inner.minimum}`, inner.maximum !== undefined && `≤ ${inner.maximum}`,
  ].filter(Boolean);
  return texts.length > 0 ? <div class="quiet small">{texts.join(", ")}</div> : null;
}

/** The object that a property holds, directly or in a list. */
function objectOf(schema: Schema, api: OpenApi): Schema | null {
  const inner = schema.items ?? schema.anyOf?.find((each) => each.$ref ?? each.items) ?? schema;
  const found = resolve(inner.items ?? inner, api);
  return found.properties ? found : null;
}

const DEEPEST = 3;

function Properties({ schema, api, depth = 0 }: { schema: Schema; api: OpenApi; depth?: number }) {
  const rows = Object.entries(resolve(schema, api).properties ?? {});
  if (rows.length === 0) return null;
  const required = new Set(resolve(schema, api).required ?? []);
  return (
    <div class="scroll" tabIndex={0}><table class="data"><tbody>
      {rows.map(([name, each]) => {
        const inner = each.$ref ? resolve(each, api) : each;
        const object = depth < DEEPEST ? objectOf(each, api) : null;
        return <tr key={name}><th scope="row"><code>{name}</code></th><td class="small">{typeOf(each)}{required.has(name) && `, ${t.docs.required}`}</td><td>{plain(each.description ?? inner.description)}<Limits schema={each} />
          {object && <Fold title={t.docs.inside(typeOf(each))}>{() => <Properties schema={object} api={api} depth={depth + 1} />}</Fold>}</td></tr>;
      })}
    </tbody></table></div>
  );
}

/** The properties of a good answer. */
function Answered({ content, api, status }: { content: Record<string, Content> | undefined; api: OpenApi; status: string }) {
  const schema = content?.["application/json"]?.schema;
  if (!schema || !status.startsWith("2") || !objectOf(schema, api)) return null;
  return <Fold title={t.docs.inside(typeOf(schema))}>{() => <Properties schema={schema} api={api} />}</Fold>;
}

function Parameters({ operation }: { operation: Operation }) {
  return (
    <div class="scroll" tabIndex={0}><table class="data"><tbody>
      {operation.parameters.map((each) => (
        <tr key={each.name}><th scope="row"><code>{each.name}</code></th><td class="small">{each.in}, {typeOf(each.schema)}{each.required && `, ${t.docs.required}`}</td><td>{plain(each.description ?? each.schema?.description)}<Limits schema={each.schema} /></td></tr>
      ))}
    </tbody></table></div>
  );
}

export function OperationCard({ operation, api }: { operation: Operation; api: OpenApi }) {
  const { parameters, body } = operation;
  return (
    <article class="card operation" id={operation.id}>
      <header><span class={`verb ${operation.method}`}>{operation.method.toUpperCase()}</span><code>{operation.path}</code><h3>{operation.summary}</h3></header>
      {operation.description && <Markdown text={operation.description} />}
      {parameters.length > 0 && <Fold title={t.docs.parameters}>{() => <Parameters operation={operation} />}</Fold>}
      {body && (
        <Fold title={t.docs.body}>{() => (
          <>
            <p class="quiet small">{plain(operation.bodyText)}</p>
            {Object.entries(body).map(([media, content]) => (
              <div key={media}><p><code>{media}</code> <span class="quiet small">{typeOf(content.schema)}</span></p>{content.schema && <Properties schema={content.schema} api={api} />}</div>
            ))}
          </>
        )}</Fold>
      )}
      <Fold title={t.docs.answers}>{() => (
        <div class="scroll" tabIndex={0}><table class="data"><tbody>
          {Object.entries(operation.responses).map(([status, each]) => <tr key={status}><th scope="row">{status}</th><td>{plain(each.description)}</td><td class="small">{Object.entries(each.content ?? {}).map(([media, { schema }]) => `${media} ${typeOf(schema)}`).join(", ")}<Answered content={each.content} api={api} status={status} /></td></tr>)}
        </tbody></table></div>
      )}</Fold>
      <Fold title={t.docs.try}>{() => <Try operation={operation} api={api} />}</Fold>
    </article>
  );
}
