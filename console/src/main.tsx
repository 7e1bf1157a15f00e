import { render } from "preact";
import { useEffect } from "preact/hooks";
import "./style.css";
import { later } from "./later";
import { route } from "./router";
import { Shell } from "./ui/Shell";
import { JobView } from "./views/Job";
import { JobsView } from "./views/Jobs";
import { ReadView } from "./views/Read";

// What most visits do not need comes after what they see.
const BatchesView = later(async () => (await import("./views/operate")).BatchesView);
const BatchView = later(async () => (await import("./views/operate")).BatchView);
const WebhooksView = later(async () => (await import("./views/operate")).WebhooksView);
const KeysView = later(async () => (await import("./views/operate")).KeysView);
const ServiceView = later(async () => (await import("./views/operate")).ServiceView);
const CheckView = later(async () => (await import("./views/Check")).CheckView);
const CompareView = later(async () => (await import("./views/Compare")).CompareView);

function View() {
  const { path } = route.value;
  const [area = "", id] = path;
  useEffect(() => { scrollTo(0, 0); }, [area, id]);
  if (area === "jobs" && id) return <JobView key={id} id={id} />;
  if (area === "jobs") return <JobsView />;
  if (area === "check") return <CheckView />;
  if (area === "compare") return <CompareView />;
  if (area === "batches" && id) return <BatchView key={id} id={id} />;
  if (area === "batches") return <BatchesView />;
  if (area === "webhooks") return <WebhooksView />;
  if (area === "keys") return <KeysView />;
  if (area === "service") return <ServiceView />;
  return <ReadView />;
}

render(<Shell><View /></Shell>, document.getElementById("app")!);
