/** Every text of the console, in English. A translation replaces this file. */

export const t = {
  brand: "Pagesight",
  skip: "Skip to the content",
  nav: {
    label: "Main", read: "Read", jobs: "Jobs", check: "Check", compare: "Compare", batches: "Batches", webhooks: "Webhooks",
    keys: "Keys", service: "Service", api: "API",
  },
  theme: { light: "Light colours", dark: "Dark colours", system: "Colours of the system" },
  offline: {
    title: "The service cannot be reached",
    detail: "Nothing was changed. Try again when the service answers; if it stays away, its operator must look at it.",
    waiting: "The console tries again by itself and goes on where it was. If this stays, the operator must look at the service, or start it with `make serve`.",
  },
  problem: {
    caller: "You can fix this.", operator: "The operator of this service must act.", help: "What helps", dismiss: "Dismiss",
    possible: (names: string) => `Possible: ${names}.`,
  },
  key: {
    title: "Enter an API key",
    why: "Every request needs one. `pagesight serve` prints a key when it first starts and keeps it in the file api-key of its data folder.",
    label: "API key", use: "Open the console", remember: "Remember on this device", forget: "Sign out",
    stays: "The key stays in this browser and goes to no other host.",
  },
  states: {
    queued: "Queued", running: "Reading", succeeded: "Read", partial: "Partly read", failed: "Failed",
    cancelled: "Cancelled", expired: "Expired",
  } as Record<string, string>,
  read: {
    title: "Read a document",
    lead: "Text, tables and fields of a scan, a photo or a PDF, on this machine.",
    drop: "Drop files or a folder here", or: "or paste a picture",
    files: "Choose files", folder: "Choose a folder", camera: "Take a photo",
    kinds: "PDF, JPEG, PNG, TIFF, WebP, BMP, GIF, HEIC, AVIF, JPEG 2000",
    options: "How to read", profile: "Profile",
    profiles: { fast: "Fast", balanced: "Balanced", accurate: "Accurate" } as Record<string, string>,
    languages: "Languages", addLanguage: "Add a language", removeLanguage: (name: string) => `Remove ${name}`,
    auto: "Detect", detectors: "Detectors", extras: "Also find", more: "All options", reset: "Back to defaults",
    changed: (count: number) => `${count} changed`,
    uploads: "This session", sending: (percent: number) => `Sending, ${percent}%`, storing: "Being stored", sent: "Sent", stop: "Stop sending",
    offline: "No connection. It is sent as soon as the service answers.", several: (count: number) => (count === 1 ? "1 document" : `${count} documents`),
    position: (count: number) => (count === 0 ? "next in line" : `${count} before it`),
    wait: (seconds: string) => `about ${seconds}`,
    recent: "Recent documents",
    analyses: {
      fields: "Fields", class: "Kind of document", checkboxes: "Check boxes", mrz: "Passport zone", joined_tables: "Joined tables",
    } as Record<string, string>,
  },
  job: {
    pages: "Pages", page: (number: number, total: number | null) => `Page ${number}${total ? ` of ${total}` : ""}`,
    previous: "Previous page", next: "Next page", progress: (done: number, total: number) => `${done} of ${total} pages read`,
    failedPages: (count: number) => `${count} failed`, cancel: "Cancel", remove: "Delete", retry: "Read again", sure: "Delete this document and its result?",
    download: "Download", original: "as read", corrected: "with corrections", compareWith: "Compare", opening: "The document is being opened.",
    notRead: "This page is not read yet.", pageFailed: "This page could not be read.", gone: "Job",
    loading: "Loading", copy: "Copy", copied: "Copied", panelLabel: "What was read", details: "Job details",
    tabs: {
      text: "Text", check: "Check", markdown: "Document", tables: "Tables", fields: "Fields", json: "JSON", receipt: "Receipt",
    } as Record<string, string>,
    showPage: "Page", showText: "Text",
  },
  viewer: {
    label: "Page picture. Arrow keys move it, plus and minus zoom, 0 fits it.",
    zoomIn: "Zoom in", zoomOut: "Zoom out", fit: "Fit the page", width: "Fit the width", layers: "Layers",
    layer: {
      words: "Words", lines: "Lines", regions: "Regions", tables: "Tables", fields: "Fields", barcodes: "Barcodes", heat: "Confidence",
    } as Record<string, string>,
    confidence: (value: number) => `${Math.round(value * 100)}%`,
  },
  find: { label: "Find in the document", none: "No match", count: (at: number, total: number) => `${at} of ${total}`, next: "Next match", previous: "Previous match" },
  text: { empty: "No text was read on this page.", words: (count: number) => `${count} words`, mean: (value: number) => `mean confidence ${Math.round(value * 100)}%` },
  tables: { none: "No table was found on this page.", title: (id: string, rows: number, columns: number) => `Table ${id.replace("t", "")}: ${rows} rows, ${columns} columns`, copy: "Copy for a spreadsheet" },
  fields: {
    none: "No fields: the option was not chosen when this was read.", classOf: "Kind", missing: "Not found",
    reasons: {
      not_found: "not found", several_candidates: "several candidates", wrong_type: "wrong type", low_confidence: "low confidence",
    } as Record<string, string>,
    pairs: "Label and value", asked: "Asked for", barcodes: "Barcodes", boxes: "Check boxes", known: "Known fields",
  },
  json: { label: "The result as JSON", items: (count: number) => `${count} items` },
  receipt: {
    title: "How this page was read", time: "Time by stage", models: "Models", ran: "ran on", preparation: "Preparation", applied: "applied",
    notApplied: "not needed", lines: "Lines read by", finder: "Lines found by", options: "Options in force", worker: "Worker", attempt: "Attempt",
    total: "Total", none: "There is no receipt before the page is read.", warnings: "Warnings",
  },
  check: {
    title: "Doubtful words", lead: "Each word below may be wrong. Enter accepts it, typing replaces it.",
    none: "No doubtful word on this page.", left: (count: number) => `${count} to check`, done: "Everything is checked.",
    accept: "Accept", skip: "Skip", remove: "Remove the word", undo: "Undo", word: "What the word says", was: "read as", save: "Save", saving: "Saving",
    saved: (revision: number) => `Saved as revision ${revision}`, unsaved: (count: number) => `${count} not saved`, threshold: "Words below",
    keys: "Enter: accept · Tab: skip · Ctrl+Delete: remove · Ctrl+Z: undo · Ctrl+S: save", conflict: "Somebody else saved corrections meanwhile. They were loaded; yours are on top of them.",
    conflictMerged: "Somebody else saved corrections meanwhile. Yours were added to them.", waiting: "Documents to check",
    documents: (count: number, more: boolean) => (count === 1 && !more ? "1 document waits" : `${count}${more ? "+" : ""} documents wait`),
    wordOf: (at: number, total: number, more: boolean) => `word ${at} of ${total}${more ? "+" : ""}`, nothing: "No document waits to be checked.",
    inDocument: (count: number, more: boolean) => `${count}${more ? "+" : ""} in the document`, checked: "Mark as checked", isChecked: "The document is marked as checked.",
    add: "Add a missed word", adding: "Draw a box around the word on the page, then type what it says.", missed: "The missed word", cancelAdd: "Do not add", addIt: "Add",
    lines: "Export corrected lines", lineForm: "as …", lineForms: { tesseract: "images and text for Tesseract", paddleocr: "images and text for PaddleOCR", jsonl: "JSON Lines without images" }, revision: "Revision", scope: "on pages", click: "Or click any word on the page to correct it.",
  },
  jobs: {
    title: "Jobs", search: "Name, URL, custom id or job id", searchText: "Words of the text, as invoice mill*", inNames: "in names and ids", inText: "in the text", where: "Where to search",
    onPage: (page: number) => `page ${page}`, all: "All states", none: "No job matches.", name: "Document", state: "State", pages: "Pages",
    created: "Submitted", took: "Took", more: "Loading more", loaded: (count: number) => `${count} shown`, batch: "Batch", clear: "Clear",
  },
  compare: {
    title: "Compare two results", a: "First result", b: "Second result", lead: "The same document read in two ways: words that differ are marked on both.",
    same: "No difference on this page.", differ: (count: number) => (count === 1 ? "1 difference on this page" : `${count} differences on this page`), pick: "Choose two jobs", swap: "Swap",
    again: "Read with another profile", only: "only here",
  },
  batches: {
    title: "Batches", none: "No batch yet. Drop several files on Read, use `pagesight batch`, or send `POST /v1/batches`.", documents: "Documents of the batch",
    one: "Batch", preparing: "The documents are being unpacked.", done: (count: number, total: number) => `${count} of ${total} documents done`, sure: "Delete this batch with its documents and results?",
    results: "Results", errors: "Errors", cancel: "Cancel", retry: "Retry failures", remove: "Delete", jobs: "Show its documents",
    states: { preparing: "Preparing", running: "Running", completed: "Completed", cancelling: "Cancelling", cancelled: "Cancelled" } as Record<string, string>,
  },
  webhooks: {
    title: "Webhooks", endpoints: "Receivers", deliveries: "Deliveries", add: "Add a receiver", url: "Address", events: "Events", all: "All events",
    description: "Description", create: "Create", none: "No receiver yet.", noDeliveries: "Nothing was delivered yet.",
    secret: "Secret, shown only this once", ping: "Send a test", enable: "Enable", disable: "Disable", rotate: "New secret", remove: "Delete",
    replay: "Send again", payload: "Payload", attempts: "Attempts", response: "Response", replayed: "Sent again", enabled: "Enabled", disabled: "Disabled",
    callback: "Callbacks of jobs", event: "Event", state: "State", at: "Created", tries: (count: number) => (count === 1 ? "1 attempt" : `${count} attempts`),
    states: { pending: "Waiting", delivered: "Delivered", failed: "Failed" } as Record<string, string>, close: "Close",
    open: "Show the delivery",
  },
  keys: {
    title: "API keys", add: "Create a key", name: "Name", scopes: "Scopes", days: "Expires after days", never: "never", create: "Create",
    secret: "The key, shown only this once", rotate: "Rotate", revoke: "Revoke", revoked: "revoked", valid: "valid", expires: "Expires", created: "Created",
    none: "No keys.", sure: "Revoke this key? Programs that use it stop working within seconds.", mine: "this key",
    forbidden: "This key lacks the scope admin, which managing keys needs.",
    usage: "Pages read in 30 days", usageNote: "By day (UTC), documents that were deleted since included.",
  },
  service: {
    title: "Service", good: "Everything works", goodMore: "Documents are accepted and read.", accepts: "Documents are accepted, but nothing reads them now",
    bad: "Documents cannot be accepted", remedy: "What to do", workers: "Workers", ready: "ready", notReady: "not ready", models: "Models",
    queue: "Queue", waitingPages: "Pages waiting", oldest: "Oldest open job", jobsBy: "Jobs by state", throughput: "Pages read", lastMinute: "Read in the last minute",
    refused: "Failed requests", history: "The last hours", perMinute: "each minute", pagesWord: "pages", jobsWord: "jobs", jobTime: "Time of a job",
    median: "half of them within", p95: "95 % within", failures: "Failures", now: "now", noFigures: "No figures yet: a control worker writes them each minute.",
    readIn: (count: number) => `${count} pages read.`, waitedMost: (count: number) => `At most ${count} pages waited.`, slowest: (time: string) => `95 % of the jobs of each minute ended within ${time}.`,
    failedIn: (pages: number, jobs: number) => `${pages} pages and ${jobs} jobs failed.`, span: (hours: number) => (hours > 24 ? `${hours / 24} days` : `${hours} h`),
    provider: "Provider", languages: "Languages", licence: "Licence", version: "Version", threads: "pages at a time",
    none: "none",
  },
  docs: {
    title: "API reference", lead: "Every route of this service, with the key of this browser.", try: "Try it", sendIt: "Send", parameters: "Parameters", body: "Body",
    answers: "Answers", search: "Find a route", status: "Status", time: "Time", required: "required", file: "File", openapi: "OpenAPI document", schema: "Schema of results",
    console: "Console", curl: "As a command", preset: (value: string) => `default ${value}`, inside: (type: string) => `what ${type || "it"} holds`, noKey: "Enter a key in the console to send requests.",
  },
  copied: "Copied to the clipboard",
  units: { seconds: (value: number) => (value < 1 ? `${Math.round(value * 1000)} ms` : value < 90 ? `${value.toFixed(1)} s` : `${Math.round(value / 60)} min`) },
};

export const LANGUAGES: Record<string, string> = {
  auto: "Detect", ara: "Arabic", chi_sim: "Chinese, simplified", chi_tra: "Chinese, traditional", ces: "Czech", dan: "Danish",
  deu: "German", ell: "Greek", eng: "English", fin: "Finnish", fra: "French", heb: "Hebrew", hin: "Hindi", hun: "Hungarian",
  ita: "Italian", jpn: "Japanese", kor: "Korean", nld: "Dutch", nor: "Norwegian", pol: "Polish", por: "Portuguese",
  ron: "Romanian", rus: "Russian", spa: "Spanish", swe: "Swedish", tur: "Turkish", ukr: "Ukrainian", vie: "Vietnamese",
};

export const languageName = (code: string): string => LANGUAGES[code] ?? code;
