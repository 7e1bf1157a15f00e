/** Pages read by day, as bars. */

import { useEffect, useState } from "preact/hooks";
import { getJson } from "../api";
import { guarded } from "../state";
import { t } from "../texts";

interface Usage { days: { day: string; jobs: number; pages_read: number; pages_failed: number }[]; pages_read: number }

const DAYS = 30;

export function UsageCard() {
  const [usage, setUsage] = useState<Usage | null>(null);
  useEffect(() => { void guarded(async () => setUsage(await getJson<Usage>(`v1/usage?days=${DAYS}`))); }, []);
  if (!usage) return null;
  const counts = new Map(usage.days.map((each) => [each.day, each.pages_read]));
  const days = Array.from({ length: DAYS }, (_, at) => new Date(Date.now() - (DAYS - 1 - at) * 86_400_000).toISOString().slice(0, 10));
  const most = Math.max(1, ...counts.values());
  return (
    <section class="card" aria-labelledby="usage-title">
      <h2 id="usage-title">{t.keys.usage}</h2>
      <div class="figure">{usage.pages_read.toLocaleString()}</div>
      <svg class="usage" viewBox={`0 0 ${DAYS * 10} 60`} preserveAspectRatio="none" role="img" aria-label={usage.days.map((each) => `${each.day}: ${each.pages_read}`).join(", ") || t.service.none}>
        {days.map((day, at) => {
          const height = ((counts.get(day) ?? 0) / most) * 56;
          return <rect key={day} x={at * 10 + 1} y={60 - Math.max(1, height)} width={8} height={Math.max(1, height)}><title>{day}: {counts.get(day) ?? 0}</title></rect>;
        })}
      </svg>
      <p class="quiet small">{t.keys.usageNote}</p>
    </section>
  );
}
