/** Views whose code is fetched when they are first shown, or once the browser has nothing else to do. */

import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { online } from "./api";
import { guarded } from "./state";
import { t } from "./texts";

export function later<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => VNode {
  let found: ComponentType<P> | null = null;
  const fetchIt = async () => { found ??= await load(); };
  // So that the view is there even if the connection is lost meanwhile.
  addEventListener("load", () => { setTimeout(() => void fetchIt().catch(() => undefined), 1500); });
  return function Later(props: P) {
    const [View, setView] = useState<ComponentType<P> | null>(() => found);
    const there = online.value;
    useEffect(() => {
      if (!View && there) void guarded(async () => { await fetchIt(); setView(() => found); });
    }, [View, there]);
    return View ? <View {...props} /> : <main class="view" id="content" tabIndex={-1}><p class="empty">{t.job.loading}</p></main>;
  };
}
