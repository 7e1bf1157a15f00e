/** The views of operators, in one file of the build. */

export { BatchesView } from "./Batches";
export { BatchView } from "./BatchView";
export { KeysView } from "./Keys";
export { ServiceView } from "./Service";
export { WebhooksView } from "./Webhooks";
