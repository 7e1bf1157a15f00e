/** Server-sent events as far as the service uses them; knows where to go on. */
export class Events {
  constructor(path, lastId, isLast) {
    this.path = path;
    this.lastId = lastId;
    this.isLast = isLast;
    this.fields = {};
    this.ended = false;
    this.request = () => this.start();
    this.read = (line) => this.accept(line.replace(/\r$/, ""));
    this.isComplete = () => this.ended;
  }

  start() {
    this.fields = {};
    const headers = { Accept: "text/event-stream" };
    if (this.lastId) headers["Last-Event-ID"] = this.lastId;
    return { path: this.path, options: { headers } };
  }

  accept(line) {
    const found = /^(id|event|data): ?(.*)$/.exec(line);
    if (found) this.fields[found[1]] = found[2];
    if (line !== "" || !("data" in this.fields)) return undefined;
    const { id = this.lastId, event = "", data } = this.fields;
    this.fields = {};
    this.lastId = id;
    this.ended = this.isLast(event);
    return JSON.parse(data);
  }
}
