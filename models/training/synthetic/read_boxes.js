/* Runs inside a rendered page: fits wide tables and figures, then returns [label, x0, y0, x1, y1] rows in CSS
   pixels for every element marked with data-c. */
() => {
  const KEPT_SHARE = 0.6;
  const PAPER = 2; // CSS pixels

  function fitWidePieces() {
    for (const piece of document.querySelectorAll("table, [data-c=figure]")) {
      const room = piece.parentElement.clientWidth;
      if (room > 0 && piece.offsetWidth > room + 1)
        piece.style.zoom = Math.max(0.3, room / piece.offsetWidth) * 0.99;
    }
  }

  function textRects(element) {
    const rects = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.data.trim() || node.parentElement.closest("style")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const r of range.getClientRects())
        if (r.width > 0.5 && r.height > 1)
          rects.push({ x0: r.left, y0: r.top + r.height * 0.12,
                       x1: r.right, y1: r.bottom - r.height * 0.1 });
    }
    return rects;
  }

  function union(rects) {
    return rects.reduce((a, b) => ({
      x0: Math.min(a.x0, b.x0), y0: Math.min(a.y0, b.y0),
      x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1) }));
  }

  function perFragment(element) {
    const rects = textRects(element);
    const frames = [...element.getClientRects()];
    if (!rects.length) return [];
    if (frames.length < 2) return [union(rects)];
    const groups = frames.map(() => []);
    for (const r of rects) {
      const x = (r.x0 + r.x1) / 2, y = (r.y0 + r.y1) / 2;
      const at = frames.findIndex(f => x >= f.left - 30 && x <= f.right + 30
                                       && y >= f.top - 3 && y <= f.bottom + 3);
      if (at >= 0) groups[at].push(r);
    }
    return groups.filter(g => g.length).map(union);
  }

  const pen = document.createElement("canvas").getContext("2d");

  // The ink of drawn text, not its line box: script fonts reserve far more room than they use.
  function localInk(shape) {
    const style = getComputedStyle(shape);
    pen.font = `${style.fontWeight} ${style.fontSize} "${style.fontFamily.replaceAll('"', "")}"`;
    const ink = pen.measureText(shape.textContent);
    const y = shape.y.baseVal.numberOfItems ? shape.y.baseVal[0].value : 0;
    return { x: -ink.actualBoundingBoxLeft, y: y - ink.actualBoundingBoxAscent,
             width: ink.actualBoundingBoxLeft + ink.actualBoundingBoxRight,
             height: ink.actualBoundingBoxAscent + ink.actualBoundingBoxDescent };
  }

  // Points that a stroke passes, or the corners of a text's ink.
  function outline(shape) {
    if (shape.tagName === "path") {
      const length = shape.getTotalLength();
      return Array.from({ length: 81 }, (_, i) => shape.getPointAtLength(length * i / 80));
    }
    const { x, y, width, height } = localInk(shape);
    return [[x, y], [x + width, y], [x, y + height], [x + width, y + height]]
      .map(([px, py]) => new DOMPoint(px, py));
  }

  function inkBox(group) {
    const rects = [];
    for (const shape of group.querySelectorAll("text, path")) {
      const toScreen = shape.getScreenCTM();
      const points = outline(shape).map(p => new DOMPoint(p.x, p.y).matrixTransform(toScreen));
      rects.push({ x0: Math.min(...points.map(p => p.x)), y0: Math.min(...points.map(p => p.y)),
                   x1: Math.max(...points.map(p => p.x)), y1: Math.max(...points.map(p => p.y)) });
    }
    const { x0, y0, x1, y1 } = union(rects);
    return new DOMRect(x0, y0, x1 - x0, y1 - y0);
  }

  // A figure reaches as far as its drawings, lettering and pictures; some paper around them lets
  // the renderer find the ink itself.
  function drawnBox(figure) {
    const parts = [...figure.querySelectorAll("path, rect, circle, ellipse, text, img, b")];
    const frames = parts.map(p => p.getBoundingClientRect()).filter(r => r.width + r.height > 1);
    if (!frames.length || figure.style.background) return figure.getBoundingClientRect();
    const { x0, y0, x1, y1 } = union(frames.map(r => ({
      x0: r.left, y0: r.top, x1: r.right, y1: r.bottom })));
    return new DOMRect(x0 - PAPER, y0 - PAPER, x1 - x0 + 2 * PAPER, y1 - y0 + 2 * PAPER);
  }

  function wholeBox(element) {
    const reader = { signature: inkBox, figure: drawnBox }[element.dataset.c];
    const r = reader ? reader(element) : element.getBoundingClientRect();
    const [left, top, right, bottom] = (element.dataset.pad || "0,0,0,0").split(",").map(Number);
    return { x0: r.left - left * r.width, y0: r.top - top * r.height,
             x1: r.right + right * r.width, y1: r.bottom + bottom * r.height };
  }

  function visible(box, element) {
    let out = { ...box };
    for (let c = element.parentElement.closest(".clip"); c; c = c.parentElement.closest(".clip")) {
      const r = c.getBoundingClientRect();
      out = { x0: Math.max(out.x0, r.left), y0: Math.max(out.y0, r.top),
              x1: Math.min(out.x1, r.right), y1: Math.min(out.y1, r.bottom) };
    }
    const area = b => Math.max(0, b.x1 - b.x0) * Math.max(0, b.y1 - b.y0);
    return area(out) >= KEPT_SHARE * area(box) && area(out) > 4 ? out : null;
  }

  fitWidePieces();
  const rows = [];
  for (const element of document.querySelectorAll("[data-c]")) {
    const whole = element.dataset.whole !== undefined;
    const boxes = whole ? [wholeBox(element)] : perFragment(element);
    const seen = boxes.map(box => visible(box, element)).filter(Boolean);
    for (const b of seen) rows.push([element.dataset.c, b.x0, b.y0, b.x1, b.y1]);
    if (boxes.length && !seen.length) element.style.visibility = "hidden";
  }
  return rows;
}
