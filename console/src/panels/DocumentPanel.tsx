/** The whole document as rendered Markdown. */

import { useEffect, useState } from "preact/hooks";
import { call } from "../api";
import { guarded } from "../state";
import { t } from "../texts";
import { Markdown } from "../ui/markdown";
import { CopyButton, Empty } from "../ui/parts";

export function DocumentPanel({ jobId, ended, revision }: { jobId: string; ended: boolean; revision: number }) {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    if (!ended) return;
    let current = true;
    void guarded(async () => {
      const found = await (await call(`v1/jobs/${jobId}/result?format=markdown&revision=${revision}`)).text();
      if (current) setText(found);
    });
    return () => { current = false; };
  }, [jobId, ended, revision]);
  if (text === null) return <Empty>{ended ? t.job.loading : t.job.notRead}</Empty>;
  return (
    <div class="panel">
      <div class="panel-head"><span /><CopyButton text={() => text} /></div>
      <Markdown text={text} />
    </div>
  );
}
