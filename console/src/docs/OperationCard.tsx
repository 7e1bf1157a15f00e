/** One route: what it takes, what it answers, and a form to try it. */

import { Markdown } from "../ui/markdown";
import { t } from "../texts";
import type { OpenApi, Operation, Schema } from "./openapi";
import { resolve, typeOf } from "./openapi";
import { Try } from "./Try";

const plain = (text: string | undefined) => (text ?? "").replaceAll("`", "");

function Properties({ schema, api }: { schema: Schema; api: OpenApi }) {
  const rows = Object.entries(resolve(schema, api).properties ?? {});
  if (rows.length === 0) return null;
  const required = new Set(resolve(schema, api).required ?? []);
  return (
    <div class="scroll"><table class="data"><tbody>
      {rows.map(([name, each]) => {
        const inner = each.$ref ? resolve(each, api) : each;
        return <tr key={name}><th scope="row"><code>{name}</code></th><td class="small">{typeOf(each)}{required.has(name) && `, ${t.docs.required}`}</td><td>{plain(each.description ?? inner.description)}</td></tr>;
      })}
    </tbody></table></div>
  );
}

export function OperationCard({ operation, api }: { operation: Operation; api: OpenApi }) {
  const { parameters, body } = operation;
  return (
    <article class="card operation" id={operation.id}>
      <header><span class={`verb ${operation.method}`}>{operation.method.toUpperCase()}</span><code>{operation.path}</code><h3>{operation.summary}</h3></header>
      {operation.description && <Markdown text={operation.description} />}
      {parameters.length > 0 && (
        <details><summary class="small">{t.docs.parameters}</summary>
          <div class="scroll"><table class="data"><tbody>
            {parameters.map((each) => (
              <tr key={each.name}><th scope="row"><code>{each.name}</code></th><td class="small">{each.in}, {typeOf(each.schema)}{each.required && `, ${t.docs.required}`}</td><td>{plain(each.description ?? each.schema?.description)}</td></tr>
            ))}
          </tbody></table></div></details>
      )}
      {body && (
        <details><summary class="small">{t.docs.body}</summary>
          <p class="quiet small">{plain(operation.bodyText)}</p>
          {Object.entries(body).map(([media, content]) => (
            <div key={media}><p><code>{media}</code> <span class="quiet small">{typeOf(content.schema)}</span></p>{content.schema && <Properties schema={content.schema} api={api} />}</div>
          ))}</details>
      )}
      <details><summary class="small">{t.docs.answers}</summary>
        <div class="scroll"><table class="data"><tbody>
          {Object.entries(operation.responses).map(([status, each]) => <tr key={status}><th scope="row">{status}</th><td>{plain(each.description)}</td><td class="small">{Object.entries(each.content ?? {}).map(([media, { schema }]) => `${media} ${typeOf(schema)}`).join(", ")}</td></tr>)}
        </tbody></table></div></details>
      <details><summary class="small">{t.docs.try}</summary><Try operation={operation} api={api} /></details>
    </article>
  );
}
