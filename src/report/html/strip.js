"use strict";
// The boot step by step: a slider, and memory as each step leaves it on one axis that can be zoomed.

// Where an address stands on the axis, 0 to 1: each cell as wide as the magnitude of its size.
const AXIS = (() => {
  const cells = TABLES.cells;
  const edges = new Float64Array(cells.count + 1);
  const places = new Float64Array(cells.count + 1);
  for (let i = 0; i < cells.count; ++i) {
    const pages = Number(cells.end[i] - cells.start[i]) / 4096;
    const weight = 1 + Math.log2(1 + pages);
    edges[i + 1] = Number(cells.end[i]);
    places[i + 1] = places[i] + (cells.number("use", i) === 0 ? Math.min(weight, 4) : weight);
  }
  const all = places[cells.count] || 1;
  const lookUp = (from, to, value) => {
    let low = 0;
    let high = from.length - 1;
    if (high <= 0 || value >= from[high]) return to[Math.max(high, 0)];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (from[middle] <= value) low = middle; else high = middle;
    }
    return to[low] + (to[high] - to[low]) * (value - from[low]) / (from[high] - from[low] || 1);
  };
  return {
    placeOf: (address) => lookUp(edges, places, Number(address)) / all,
    addressAt: (place) => BigInt(Math.floor(lookUp(places, edges, Math.max(place, 0) * all))),
  };
})();

const USE_STYLES = ["gap", "firmware", "lost", "lost", "lost", "lost", "waiting", "reserved", "ram"];

// The firmware's entries: rows of the e820 table are cut where another table changes its mind.
let rowsOfFirmware = null;
function firmwareRows() {
  if (rowsOfFirmware !== null) return rowsOfFirmware;
  const e820 = TABLES.e820;
  rowsOfFirmware = [];
  for (const i of e820.all()) {
    const words = typeAt("firmware", i);
    const last = rowsOfFirmware[rowsOfFirmware.length - 1];
    if (words === null) continue;
    if (last !== undefined && last.end === e820.start[i] && last.words === words) last.end = e820.end[i];
    else rowsOfFirmware.push({ start: e820.start[i], end: e820.end[i], words });
  }
  return rowsOfFirmware;
}

// Before nodes are known, regions have a number that is no node's.
const nodeWords = (nid) => DATA.nodes.some((node) => node.nid === nid) ? `node ${nid}` : "";

// Regions cut at the borders of those who have them at the hand-over.
function byOwner(regions) {
  const owners = TABLES.owners;
  const out = [];
  let next = 0;
  for (const { start, end } of regions) {
    let at = start;
    while (next > 0 && owners.end[next - 1] > start) --next;
    while (next < owners.count && owners.end[next] <= start) ++next;
    for (; next < owners.count && owners.start[next] < end; ++next) {
      const from = owners.start[next] > at ? owners.start[next] : at;
      const to = owners.end[next] < end ? owners.end[next] : end;
      if (from > at) out.push({ start: at, end: from, words: "given back later" });
      out.push({ start: from, end: to, words: owners.words("words", next) });
      at = to;
    }
    if (at < end) out.push({ start: at, end, words: "given back later" });
  }
  return out;
}

class StepLists {
  constructor() {
    this.at = -1;  // the last step that is in
    this.lists = { e820: [], memory: [], reserved: [] };
  }
  rowsOf(change) {
    if (change === undefined) return [];
    if (change === "firmware") return firmwareRows();
    const table = new Columns(change);
    return table.all().map((i) => ({
      start: table.start[i],
      end: table.end[i],
      words: change.type !== undefined ? table.words("type", i) :
        [nodeWords(table.numbers("nid")[i]), table.words("flags", i)].filter((word) => word !== "").join(", "),
    }));
  }
  apply(step, back) {
    for (const name of ["e820", "memory", "reserved"]) {
      const change = DATA.steps[step][name];
      if (change === undefined) continue;
      const keyOf = (row) => `${row.start}/${row.end}/${row.words}`;
      const changed = change === "firmware" ? { come: change } : change;
      const [gone, come] = back ? [changed.come, changed.gone] : [changed.gone, changed.come];
      const out = new Set(this.rowsOf(gone).map(keyOf));
      this.lists[name] = this.lists[name].filter((row) => !out.has(keyOf(row))).concat(this.rowsOf(come))
        .sort((a, b) => a.start < b.start ? -1 : a.start > b.start ? 1 : 0);
    }
  }
  goTo(step) {
    while (this.at < step) this.apply(++this.at, false);
    while (this.at > step) this.apply(this.at--, true);
    return this.lists;
  }
}

class Strip {
  constructor(box) {
    this.lists = new StepLists();
    this.from = 0;
    this.to = 1;
    this.chosen = null;
    this.step = DATA.steps.length - 1;
    this.svg = make("svg", { class: "strip", tabindex: "0", role: "img" });
    this.slider = make("input", { type: "range", id: "step", min: "1", max: String(DATA.steps.length),
      value: String(DATA.steps.length), oninput: () => this.show(Number(this.slider.value) - 1) });
    this.said = make("output", { for: "step", id: "step-said", "aria-live": "polite" });
    const button = (text, label, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    box.append(
      make("div", { class: "controls" },
        make("label", { for: "step" }, "Step"), button("◀", "One step back", () => this.move(-1)), this.slider,
        button("▶", "One step on", () => this.move(1)), make("span", { class: "space" }),
        button("+", "Zoom in", () => this.zoom(0.5)), button("−", "Zoom out", () => this.zoom(2)),
        button("All", "The whole of it", () => this.window(0, 1)), button("←", "To lower addresses", () => this.pan(-0.5)),
        button("→", "To higher addresses", () => this.pan(0.5))),
      this.said, this.svg);
    box.hidden = false;
    this.listen();
    this.show(this.step);
  }
  // The wheel zooms once the map has the focus, so that a page that scrolls by does not stop here.
  listen() {
    const placeAt = (event) => {
      const box = this.svg.getBoundingClientRect();
      return this.from + (this.to - this.from) * (event.clientX - box.left) / box.width;
    };
    this.svg.addEventListener("wheel", (event) => {
      if (document.activeElement !== this.svg && !event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, placeAt(event));
    }, { passive: false });
    this.svg.addEventListener("click", (event) => {
      if (this.dragged) return;
      choose(AXIS.addressAt(placeAt(event)));
    });
    const fingers = new Map();
    this.svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, event.clientX);
      this.dragged = false;
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId)) return;
      const width = this.svg.clientWidth || 1;
      const before = [...fingers.values()];
      fingers.set(event.pointerId, event.clientX);
      const now = [...fingers.values()];
      if (now.length === 2) {
        const apart = (xs) => Math.max(10, Math.abs(xs[0] - xs[1]));
        this.zoom(apart(before) / apart(now), placeAt({ clientX: (now[0] + now[1]) / 2 }));
      } else {
        const moved = (before[0] - now[0]) / width;
        if (Math.abs(moved) * width > 2) this.dragged = true;
        if (event.pointerType === "mouse") this.pan(moved);
      }
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"])
      this.svg.addEventListener(end, (event) => fingers.delete(event.pointerId));
    this.svg.addEventListener("keydown", (event) => {
      const act = { "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2),
        "0": () => this.window(0, 1), ArrowLeft: () => this.pan(-0.2), ArrowRight: () => this.pan(0.2) }[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    });
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }
  window(from, to) {
    const width = Math.min(1, Math.max(1e-7, to - from));
    this.from = Math.min(1 - width, Math.max(0, from));
    this.to = this.from + width;
    this.draw();
  }
  zoom(by, around = this.chosen === null ? (this.from + this.to) / 2 : AXIS.placeOf(this.chosen)) {
    const centre = around < this.from || around > this.to ? (this.from + this.to) / 2 : around;
    this.window(centre - (centre - this.from) * by, centre + (this.to - centre) * by);
  }
  pan(by) {
    const moved = by * (this.to - this.from);
    this.window(this.from + moved, this.to + moved);
  }
  point(address) {
    this.chosen = address;
    const place = AXIS.placeOf(address);
    if (place < this.from || place > this.to) {
      const half = (this.to - this.from) / 2;
      this.window(place - half, place + half);
    } else {
      this.draw();
    }
  }
  move(by) { this.show(this.step + by); }
  show(step) {
    this.step = Math.min(DATA.steps.length - 1, Math.max(0, step));
    this.slider.value = String(this.step + 1);
    const s = DATA.steps[this.step];
    const count = (change) => change === undefined ? null : change === "firmware" ? `+${firmwareRows().length}` :
      ["come", "gone"].filter((way) => change[way] !== undefined)
        .map((way) => (way === "come" ? "+" : "−") + new Columns(change[way]).count).join(" ");
    const parts = [["e820 table", count(s.e820)], ["memory", count(s.memory)], ["reserved", count(s.reserved)],
      ["calls", s.calls || null], ["events", s.events || null]].filter(([, value]) => value !== null);
    const text = `${this.step + 1} of ${DATA.steps.length}: ${DATA.strings[s.function]}()`;
    this.said.replaceChildren(make("b", {}, text), ` in ${DATA.strings[s.file]}` +
      parts.map(([name, value]) => `, ${name} ${value}`).join(""));
    this.slider.setAttribute("aria-valuetext", text);
    for (const row of SORTED.get("steps")?.rows ?? [])
      row.classList.toggle("now", row.cells[1].textContent === String(this.step + 1));
    this.draw();
    setPlace({ step: this.step === DATA.steps.length - 1 ? null : String(this.step + 1) });
  }
  // [title, rows {start, end, words}, style]
  columns() {
    const lists = this.lists.goTo(this.step);
    const cells = TABLES.cells;
    const uses = this.uses ??= cells.all().filter((i) => cells.number("use", i) !== 0).map((i) => ({
      start: cells.start[i], end: cells.end[i], words: cells.words("words", i), use: cells.number("use", i) }));
    const type = (row) => row.words === "RAM" ? "ram" : "firmware";
    return [["firmware", firmwareRows(), type], ["e820 table", lists.e820, type], ["memory", lists.memory, () => "ram"],
      ["reserved", byOwner(lists.reserved), () => "reserved"], ["in the end", uses, (row) => USE_STYLES[row.use]]];
  }
  draw() {
    const width = this.svg.clientWidth;
    if (width === 0) return;
    const rowHeight = 26;
    const columns = this.columns();
    const height = columns.length * (rowHeight + 16) + 22;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("height", String(height));
    this.svg.setAttribute("aria-label", `Memory after step ${this.step + 1}, from ` +
      `${hex(AXIS.addressAt(this.from))} to ${hex(AXIS.addressAt(this.to))}`);
    const xOf = (address) => (AXIS.placeOf(address) - this.from) / (this.to - this.from) * width;
    const out = [];
    let y = 0;
    for (const [title, rows, style] of columns) {
      out.push(make("text", { x: "0", y: String(y + 12), class: "title" }, title));
      y += 16;
      out.push(make("rect", { class: "ground", x: "0", y: String(y), width: String(width), height: String(rowHeight) }));
      this.drawRow(out, rows, style, xOf, y, rowHeight, width);
      y += rowHeight;
    }
    this.drawAxis(out, y + 14, width);
    if (this.chosen !== null) {
      const x = String(xOf(this.chosen));
      out.push(make("line", { class: "chosen", x1: x, x2: x, y1: "0", y2: String(y) }));
    }
    this.svg.replaceChildren(...out);
  }
  // What is too narrow to be told from its neighbour is drawn as one with it.
  drawRow(out, rows, style, xOf, y, rowHeight, width) {
    const low = AXIS.addressAt(this.from);
    let first = 0;
    let last = rows.length;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (rows[middle].end <= low) first = middle + 1; else last = middle;
    }
    let drawn = -1;
    for (let i = first; i < rows.length; ++i) {
      const x = Math.max(0, xOf(rows[i].start));
      if (x > width) break;
      const end = Math.min(width, Math.max(xOf(rows[i].end), x + 1));
      if (end <= drawn + 0.7) continue;
      drawn = end;
      const rect = make("rect", { class: style(rows[i]), x: x.toFixed(1), y: String(y),
        width: (end - x).toFixed(1), height: String(rowHeight), "data-start": hex(rows[i].start), "data-end": hex(rows[i].end) });
      rect.append(make("title", {}, `${span(rows[i].start, rows[i].end)}, ` +
        `${humanSize(rows[i].end - rows[i].start)} ${rows[i].words}`));
      out.push(rect);
      const letters = Math.floor((end - x - 6) / 6.4);
      if (letters >= 3 && rows[i].words !== "") out.push(make("text", { class: "in", x: (x + 3).toFixed(1), y: String(y + 17) },
        rows[i].words.length <= letters ? rows[i].words : rows[i].words.slice(0, letters - 1) + "…"));
    }
  }
  drawAxis(out, y, width) {
    const marks = Math.max(1, Math.min(7, Math.floor(width / 150)));
    for (let i = 0; i <= marks; ++i) {
      const address = AXIS.addressAt(this.from + (this.to - this.from) * i / marks);
      const anchor = i === 0 ? "start" : i === marks ? "end" : "middle";
      out.push(make("text", { class: "axis", x: String(width * i / marks), y: String(y), "text-anchor": anchor }, hex(address)));
    }
  }
}
