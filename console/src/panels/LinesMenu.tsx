/** Corrected lines as training data: images with their text, or the places alone. */

import { useSignal } from "@preact/signals";
import { download } from "../api";
import { guarded } from "../state";
import { t } from "../texts";
import { Icon } from "../ui/Icon";

const FORMS = ["tesseract", "paddleocr", "jsonl"] as const;

export function LinesMenu({ jobId }: { jobId: string }) {
  const busy = useSignal(false);
  return (
    <label class="lines-menu small"><Icon name="download" size={16} /> <span>{busy.value ? t.job.loading : t.check.lines}</span>
      <select aria-label={t.check.lines} value="" disabled={busy.value} onChange={(event) => {
        const form = event.currentTarget.value;
        event.currentTarget.value = "";
        busy.value = true;
        void guarded(() => download(`v1/jobs/${jobId}/corrections/lines?format=${form}`, form === "jsonl" ? "lines.jsonl" : `lines-${form}.zip`)).finally(() => { busy.value = false; });
      }}>
        <option value="">{t.check.lineForm}</option>
        {FORMS.map((form) => <option key={form} value={form}>{t.check.lineForms[form]}</option>)}
      </select>
    </label>
  );
}
