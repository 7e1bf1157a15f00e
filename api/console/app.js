// The console: one page over the public API. The key lives in this tab's session storage.

const $ = (id) => document.getElementById(id);
const FINAL = new Set(["succeeded", "partial", "failed", "cancelled", "expired"]);
const shown = { job: null, image: null, pages: new Map(), number: 1, view: "page", follow: null };
const images = new Map(); // job id to the picture that this browser handed in

// --- The API

class ProblemError extends Error {
  constructor(problem) { super(problem.detail); this.problem = problem; }
}

async function call(path, options = {}) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem("key") ?? ""}`, ...options.headers };
  const response = await fetch(path, { ...options, headers });
  if (response.ok) return response;
  const text = await response.text();
  let problem;
  try { problem = JSON.parse(text); } catch { problem = { title: `HTTP ${response.status}`, detail: text, actor: "operator" }; }
  throw new ProblemError(problem);
}

const getJson = async (path) => (await call(path)).json();

async function guarded(work) {
  try { await work(); } catch (error) {
    if (error.name === "AbortError") return;
    showProblem(error instanceof ProblemError ? error.problem
      : { title: "The service cannot be reached", detail: String(error.message), actor: "operator" });
  }
}

function showProblem(problem) {
  const box = $("problem");
  box.hidden = !problem;
  if (!problem) return;
  const who = { caller: "You can mend this.", operator: "The operator of this service must act." };
  const title = Object.assign(document.createElement("strong"), { textContent: problem.title ?? problem.code });
  const detail = Object.assign(document.createElement("div"), { textContent: problem.detail ?? problem.message ?? "" });
  const actor = Object.assign(document.createElement("div"), { className: "quiet", textContent: who[problem.actor] ?? "" });
  box.replaceChildren(title, detail, actor);
  for (const name of ["known", "installed", "available"]) {
    if (problem[name]) detail.append(` Possible: ${Object.values(problem[name]).join(", ")}.`);
  }
  for (const row of problem.errors ?? []) detail.append(` ${row.place}: ${row.expected}.`);
  if (problem.type) actor.append(" ", Object.assign(document.createElement("a"), { href: problem.type, textContent: "What helps" }));
}

// --- Handing in

async function upload(file) {
  showProblem(null);
  const form = new FormData();
  form.append("file", file);
  const languages = $("languages").value.split(",").map((code) => code.trim()).filter(Boolean);
  form.append("options", JSON.stringify({ languages }));
  const response = await call("v1/jobs", {
    method: "POST", body: form, headers: { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` },
  });
  const job = await response.json();
  images.set(job.id, await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null));
  await openJob(job);
  await listJobs();
}

// --- One job

async function openJob(job) {
  shown.follow?.abort();
  Object.assign(shown, { job, image: images.get(job.id) ?? null, pages: new Map(), number: 1, follow: new AbortController() });
  $("welcome").hidden = true;
  $("reading").hidden = false;
  showProblem(job.fault && { ...job.fault, title: "The job failed" });
  showJob();
  await showView();
  const signal = shown.follow.signal;
  guarded(() => follow(job.id, signal));
}

function showJob() {
  const { job } = shown;
  const { total, succeeded, failed } = job.pages;
  const done = FINAL.has(job.state);
  $("name").textContent = job.input.filename ?? job.input.url ?? job.id;
  $("state").textContent = job.state;
  $("state").className = `badge ${job.state}`;
  $("cancel").hidden = done;
  $("delete").hidden = !done;
  const bar = $("progress");
  if (total) { bar.max = total; bar.value = succeeded + failed; } else if (done) { bar.max = bar.value = 1; } else bar.removeAttribute("value");
  $("count").textContent = total ? `${succeeded} of ${total} pages read${failed ? `, ${failed} failed` : ""}` : "";
  $("page-number").textContent = `${shown.number} / ${total ?? "…"}`;
  $("previous").disabled = shown.number <= 1;
  $("next").disabled = shown.number >= (total ?? 1);
}

// Server-sent events by fetch, since EventSource cannot send a key. Resumes after the last event.
async function follow(id, signal) {
  let last = "0";
  while (!signal.aborted) {
    const response = await call(`v1/jobs/${id}/events`, { headers: { "Last-Event-ID": last }, signal });
    if (response.status === 204) break;
    for await (const event of events(response.body)) { last = event.id; await take(event); }
    if (FINAL.has(shown.job.state)) break;
    await new Promise((resume) => setTimeout(resume, 1000));
  }
  await listJobs();
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      if (fields.data) yield { id: fields.id, kind: fields.event, data: JSON.parse(fields.data).data };
    }
  }
}

async function take(event) {
  const id = shown.job.id;
  if (event.kind === "page.succeeded") {
    if (event.data.number === shown.number) await showView();
    shown.job.pages = { total: event.data.pages_total ?? shown.job.pages.total, succeeded: event.data.pages_succeeded ?? 0, failed: event.data.pages_failed ?? 0 };
  }
  if (event.kind.startsWith("job.")) {
    const job = await getJson(`v1/jobs/${id}`);
    if (shown.job.id !== id) return;
    shown.job = job;
    if (FINAL.has(job.state)) { showProblem(job.fault && { ...job.fault, title: "The job failed" }); await showView(); }
  }
  showJob();
}

// --- What was read

async function showView() {
  for (const tab of document.querySelectorAll(".tab")) tab.setAttribute("aria-pressed", String(tab.dataset.view === shown.view));
  $("page-view").hidden = shown.view !== "page";
  $("output").hidden = shown.view === "page";
  if (shown.view === "page") drawPage(await readPage(shown.number));
  else $("output").textContent = await readResult(shown.view);
}

async function readPage(number) {
  const { job, pages } = shown;
  if (pages.has(number)) return pages.get(number);
  try {
    const { page } = await getJson(`v1/jobs/${job.id}/pages/${number}`);
    pages.set(number, page);
    return page;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.problem.code === "page_failed") showProblem(error.problem);
    return null;
  }
}

async function readResult(format) {
  if (!["succeeded", "partial"].includes(shown.job.state)) {
    const page = await readPage(shown.number);
    return page ? page.text : "Not read yet.";
  }
  const text = await (await call(`v1/jobs/${shown.job.id}/result?format=${format}`)).text();
  return format === "json" ? JSON.stringify(JSON.parse(text), null, 2) : text;
}

function drawPage(page) {
  const canvas = $("canvas"), image = shown.number === 1 ? shown.image : null;
  const width = page?.width ?? image?.width ?? 600, height = page?.height ?? image?.height ?? 800;
  const scale = Math.min(1, 2000 / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  if (image) drawTurned(pen, image, page?.rotation ?? 0, canvas);
  if (!page) return;
  pen.scale(scale, scale);
  const unit = Math.max(width, height) / 900;
  if ($("show-lines").checked) for (const block of page.blocks) for (const line of block.lines) drawLine(pen, line, unit, !image);
  if ($("show-regions").checked) for (const region of page.regions) drawRegion(pen, region, unit);
}

// The reading is upright; the picture is as it was handed in.
function drawTurned(pen, image, degrees, canvas) {
  const sideways = degrees % 180 !== 0;
  pen.save();
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate(degrees * Math.PI / 180);
  const [w, h] = sideways ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
  pen.drawImage(image, -w / 2, -h / 2, w, h);
  pen.restore();
}

function drawLine(pen, line, unit, withText) {
  const [x0, y0, x1, y1] = line.box;
  pen.strokeStyle = "rgba(36, 87, 214, .8)";
  pen.lineWidth = unit;
  pen.beginPath();
  for (const [x, y] of line.polygon ?? [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) pen.lineTo(x, y);
  pen.closePath();
  pen.stroke();
  if (!withText) return;
  pen.fillStyle = "#1b2230";
  pen.font = `${(y1 - y0) * 0.75}px sans-serif`;
  pen.fillText(line.text, x0, y1 - (y1 - y0) * 0.2, x1 - x0);
}

function drawRegion(pen, region, unit) {
  const [x0, y0, x1, y1] = region.box;
  const hue = [...region.label].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  pen.strokeStyle = pen.fillStyle = `hsl(${hue} 75% 38%)`;
  pen.lineWidth = 2 * unit;
  pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
  pen.font = `600 ${12 * unit}px sans-serif`;
  const label = `${region.label} ${Math.round(region.confidence * 100)}%`;
  pen.fillRect(x0, y0 - 15 * unit, pen.measureText(label).width + 6 * unit, 15 * unit);
  pen.fillStyle = "#fff";
  pen.fillText(label, x0 + 3 * unit, y0 - 4 * unit);
}

// --- The list of jobs

async function listJobs() {
  const { jobs } = await getJson("v1/jobs?limit=12");
  const rows = jobs.map((job) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const name = Object.assign(document.createElement("span"), { textContent: job.input.filename ?? job.input.url ?? job.id });
    const state = Object.assign(document.createElement("span"), { className: `badge ${job.state}`, textContent: job.state });
    button.append(name, state);
    button.addEventListener("click", () => guarded(() => openJob(job)));
    const row = document.createElement("li");
    row.append(button);
    return row;
  });
  const none = Object.assign(document.createElement("li"), { className: "quiet", textContent: "None yet." });
  $("jobs").replaceChildren(...(rows.length ? rows : [none]));
}

// --- Wiring

function turn(by) {
  shown.number = Math.min(Math.max(1, shown.number + by), shown.job?.pages.total ?? 1);
  showJob();
  guarded(showView);
}

const drop = $("drop");
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); const [file] = event.dataTransfer.files; if (file) guarded(() => upload(file)); });
drop.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); $("file").click(); } });
$("file").addEventListener("change", (event) => { const [file] = event.target.files; event.target.value = ""; if (file) guarded(() => upload(file)); });
$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", $("key").value.trim());
  showProblem(null);
  guarded(listJobs);
});
$("cancel").addEventListener("click", () => guarded(async () => { shown.job = await (await call(`v1/jobs/${shown.job.id}/cancel`, { method: "POST" })).json(); showJob(); }));
$("delete").addEventListener("click", () => guarded(async () => {
  await call(`v1/jobs/${shown.job.id}`, { method: "DELETE" });
  $("reading").hidden = true;
  $("welcome").hidden = false;
  await listJobs();
}));
for (const tab of document.querySelectorAll(".tab")) tab.addEventListener("click", () => { shown.view = tab.dataset.view; guarded(showView); });
for (const id of ["show-regions", "show-lines"]) $(id).addEventListener("change", () => guarded(showView));
$("previous").addEventListener("click", () => turn(-1));
$("next").addEventListener("click", () => turn(1));

$("key").value = sessionStorage.getItem("key") ?? "";
if ($("key").value) guarded(listJobs);
