// Shows the service's own OpenAPI document, without any code from elsewhere.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function table(head, rows) {
  const cells = (tag, row) => make("tr", {}, ...row.map((cell) => make(tag, {}, cell ?? "")));
  return make("table", {}, cells("th", head), ...rows.map((row) => cells("td", row)));
}

const typeOf = (schema = {}) => schema.$ref?.split("/").pop() ?? schema.enum?.join(" | ") ?? schema.const
  ?? schema.anyOf?.map(typeOf).join(" | ") ?? (schema.items ? `${typeOf(schema.items)}[]` : schema.type ?? "any");

const pretty = (value) => make("pre", { textContent: typeof value === "string" ? value : JSON.stringify(value, null, 2) });

function showBody(body) {
  return Object.entries(body?.content ?? {}).flatMap(([media, { schema, example }]) => {
    const parts = [make("p", {}, "Body ", make("code", { textContent: media }), ` ${typeOf(schema)}`)];
    const rows = Object.entries(schema?.properties ?? {}).map(([name, each]) => [name, typeOf(each), each.description]);
    if (rows.length) parts.push(table(["Field", "Type", "Meaning"], rows));
    if (example) parts.push(pretty(example));
    return parts;
  });
}

function showAnswers(responses, schemas) {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const kinds = Object.entries(content ?? {}).map(([media, { schema }]) => `${media} ${schema ? typeOf(schema) : ""}`);
    return [status, description, kinds.join(", ")];
  });
  const good = Object.values(responses)[0]?.content ?? {};
  const name = typeOf(good["application/json"]?.schema);
  const example = schemas[name]?.examples?.[0] ?? Object.values(good)[0]?.example;
  return [table(["Status", "Meaning", "Content"], rows), ...(example ? [make("p", { textContent: "Example" }), pretty(example)] : [])];
}

function showOperation(method, path, operation, schemas) {
  const parameters = (operation.parameters ?? []).map((each) => [each.name, each.in, typeOf(each.schema), each.description]);
  return make("details", { id: operation.operationId },
    make("summary", {}, make("span", { className: "method", textContent: method.toUpperCase() }),
      make("code", { textContent: path }), ` ${operation.summary ?? ""}`),
    make("p", { textContent: operation.description ?? "" }),
    ...(parameters.length ? [table(["Parameter", "In", "Type", "Meaning"], parameters)] : []),
    ...showBody(operation.requestBody), ...showAnswers(operation.responses, schemas));
}

function showSchema(name, schema) {
  const rows = Object.entries(schema.properties ?? {}).map(([field, each]) => [field, typeOf(each), each.description]);
  return make("details", { id: name }, make("summary", {}, make("code", { textContent: name }), ` ${schema.description?.split("\n")[0] ?? ""}`), table(["Field", "Type", "Meaning"], rows));
}

const api = await (await fetch("openapi.json")).json();
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
document.getElementById("docs").replaceChildren(
  make("article", {}, pretty(api.info.description.trim())),
  ...api.tags.map((tag) => make("article", {}, make("h2", { textContent: tag.name }), make("p", { className: "quiet", textContent: tag.description }),
    ...operations.filter(({ operation }) => operation.tags?.includes(tag.name))
      .map(({ path, method, operation }) => showOperation(method, path, operation, api.components.schemas)))),
  make("article", {}, make("h2", { textContent: "schemas" }), ...Object.entries(api.components.schemas).map(([name, schema]) => showSchema(name, schema))),
);
