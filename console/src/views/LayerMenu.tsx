/** Which layers are drawn over the page. */

import type { Signal } from "@preact/signals";
import { t } from "../texts";
import { LAYERS, type LayerName } from "../viewer/Layers";

export function LayerMenu({ layers, hasFields }: { layers: Signal<Set<LayerName>>; hasFields: boolean }) {
  const flip = (name: LayerName) => {
    const next = new Set(layers.value);
    if (!next.delete(name)) next.add(name);
    layers.value = next;
    localStorage.setItem("pagesight.layers", [...next].join(","));
  };
  return (
    <div class="layers" role="group" aria-label={t.viewer.layers}>
      {LAYERS.filter((name) => name !== "fields" || hasFields).map((name) => (
        <button key={name} type="button" class={`chip layer-${name}`} aria-pressed={layers.value.has(name)} onClick={() => flip(name)}>{t.viewer.layer[name]}</button>
      ))}
    </div>
  );
}
