/** Whether the service fetches the document by itself. */
export function isUrl(source) {
  return source instanceof URL || (typeof source === "string" && /^https?:\/\//.test(source));
}

/** A Blob of a Blob or bytes. */
export function blobOf(source) {
  if (source instanceof Blob) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return new Blob([source]);
  throw new TypeError("A document is a Blob, bytes or a URL. In Node.js: await openAsBlob(path) of node:fs.");
}

/** Parameters as fields of a form: objects as JSON. */
export function formOf(parameters) {
  const form = new FormData();
  for (const [name, value] of Object.entries(parameters)) {
    if (value != null) form.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return form;
}

/** A new idempotency key. */
export function newKey() {
  return globalThis.crypto.randomUUID();
}
