/** Fields with their evidence: a click shows where on the page a value stands. */

import type { Signal } from "@preact/signals";
import { words } from "../format";
import { t } from "../texts";
import type { Box } from "../types";
import { CopyButton, Empty } from "../ui/parts";
import { checkBoxes, fieldGroups, type FieldGroup, type Found } from "../viewer/fields";
import type { Model } from "../viewer/model";

interface Props {
  model: Model; analyses: Record<string, unknown> | undefined; evidence: Signal<Box | null>; show: (page: number, box: Box) => void;
}

function Row({ field, show, evidence, page }: { field: Found; page: number } & Pick<Props, "show" | "evidence">) {
  const place = field.box && field.page ? { box: field.box, page: field.page } : null;
  const value = field.value ?? (field.candidates.length ? field.candidates.join(" / ") : "");
  return (
    <li>
      <button type="button" disabled={!place} onClick={() => place && show(place.page, place.box)}
        onPointerEnter={() => { if (place?.page === page) evidence.value = place.box; }}>
        <span class="field-name">{field.name}</span>
        <span class={field.value === null ? "field-value quiet" : "field-value"}>{value || t.fields.reasons[field.reason ?? ""] || t.fields.missing}</span>
        {field.confidence !== null && <span class="quiet small">{Math.round(field.confidence * 100)}%</span>}
      </button>
    </li>
  );
}

const isMissing = (field: Found): boolean => field.value === null && field.reason === "not_found";

export function FieldsPanel({ model, analyses, evidence, show }: Props) {
  const { page } = model;
  const codes: Found[] = page.barcodes.map((code) => ({
    name: words(code.format), value: code.text, confidence: null, page: page.number, box: code.box, label: null, reason: null, candidates: [],
  }));
  const groups: FieldGroup[] = [
    ...fieldGroups(analyses), { title: t.fields.boxes, fields: checkBoxes(page.analyses, page.number) }, { title: t.fields.barcodes, fields: codes },
  ].filter((group) => group.fields.length > 0);
  const kind = (analyses?.class as { label?: string; class?: string; kind?: string } | undefined);
  const kindName = kind?.label ?? kind?.class ?? kind?.kind;
  if (groups.length === 0 && !kindName) return <Empty>{t.fields.none}</Empty>;
  const text = () => groups.flatMap((group) => group.fields.filter((each) => each.value !== null).map((each) => `${each.name}\t${each.value}`)).join("\n");
  return (
    <div class="panel fields-panel" onPointerLeave={() => { evidence.value = null; }}>
      <div class="panel-head"><span class="quiet">{kindName ? `${t.fields.classOf}: ${words(kindName)}` : ""}</span><CopyButton text={text} /></div>
      {groups.map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          <ul class="field-list">
            {group.fields.filter((field) => !isMissing(field)).map((field, at) => <Row key={at} field={field} show={show} evidence={evidence} page={page.number} />)}
          </ul>
          {group.fields.some(isMissing) && <p class="quiet small">{t.fields.missing}: {group.fields.filter(isMissing).map((field) => field.name).join(", ")}</p>}
        </section>
      ))}
    </div>
  );
}
