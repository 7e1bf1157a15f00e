/** The parts of an OpenAPI document that the reference shows. */

export interface Schema {
  type?: string; $ref?: string; enum?: unknown[]; const?: unknown; anyOf?: Schema[]; items?: Schema; properties?: Record<string, Schema>; required?: string[];
  description?: string; default?: unknown; format?: string; examples?: unknown[]; minimum?: number; maximum?: number; additionalProperties?: unknown;
}
export interface Parameter { name: string; in: "path" | "query" | "header"; required?: boolean; description?: string; schema?: Schema }
export interface Content { schema?: Schema; example?: unknown }
interface RawOperation {
  operationId: string; summary?: string; description?: string; tags?: string[]; parameters?: Parameter[];
  requestBody?: { content: Record<string, Content>; description?: string }; responses: Record<string, { description: string; content?: Record<string, Content> }>;
}
export interface OpenApi {
  info: { description: string }; tags: { name: string; description: string }[]; paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> };
}
export interface Operation {
  id: string; method: string; path: string; tag: string; summary: string; description: string; parameters: Parameter[];
  body: Record<string, Content> | null; bodyText: string; responses: RawOperation["responses"];
}

export const operationsOf = (api: OpenApi): Operation[] => Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, raw]) => ({
    id: raw.operationId, method, path, tag: raw.tags?.[0] ?? "", summary: raw.summary ?? "", description: raw.description ?? "",
    parameters: raw.parameters ?? [], body: raw.requestBody?.content ?? null, bodyText: raw.requestBody?.description ?? "", responses: raw.responses,
  })));

export const resolve = (schema: Schema | undefined, api: OpenApi): Schema =>
  schema?.$ref ? api.components.schemas[schema.$ref.split("/").pop()!] ?? {} : schema ?? {};

export function typeOf(schema: Schema | undefined): string {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop()!;
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.const !== undefined) return String(schema.const);
  if (schema.anyOf) return schema.anyOf.map(typeOf).filter((each) => each !== "null").join(" | ");
  return schema.items ? `${typeOf(schema.items)}[]` : schema.type ?? "any";
}

/** The values that a schema allows, where they are listed. */
export function choicesOf(schema: Schema | undefined, api: OpenApi): string[] {
  const inner = (schema?.anyOf ?? [schema]).map((each) => resolve(each, api)).find((each) => each.enum ?? each.type === "boolean");
  if (inner?.type === "boolean") return ["true", "false"];
  return (inner?.enum ?? []).map(String);
}

/** A body to begin with: the example if there is one, else the properties that are required. */
export function exampleOf(content: Content | undefined, api: OpenApi): string {
  const schema = resolve(content?.schema, api);
  const example = content?.example ?? schema.examples?.[0];
  if (typeof example === "string") return example;
  if (example !== undefined) return JSON.stringify(example, null, 2);
  const required = Object.fromEntries((schema.required ?? []).map((name) => [name, schema.properties?.[name]?.default ?? ""]));
  return JSON.stringify(required, null, 2);
}
