import { render } from "preact";
import { useEffect } from "preact/hooks";
import "./style.css";
import { route } from "./router";
import { Shell } from "./ui/Shell";
import { BatchesView } from "./views/Batches";
import { BatchView } from "./views/BatchView";
import { CheckView } from "./views/Check";
import { CompareView } from "./views/Compare";
import { JobView } from "./views/Job";
import { JobsView } from "./views/Jobs";
import { KeysView } from "./views/Keys";
import { ReadView } from "./views/Read";
import { ServiceView } from "./views/Service";
import { WebhooksView } from "./views/Webhooks";

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
