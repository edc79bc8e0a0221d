"use strict";
// The map to scale: zoomed by its box, searched, and asked by a click.

class DrawnMap {
  constructor(box) {
    this.box = box;
    this.svg = box.querySelector("svg");
    this.scale = 1;
    const button = (text, label, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    box.before(make("div", { class: "controls" },
      button("+", "Zoom in", () => this.zoom(1.4)), button("−", "Zoom out", () => this.zoom(1 / 1.4)),
      button("Fit", "As wide as the page", () => this.zoomTo(1))));
    this.svg.addEventListener("click", (event) => {
      const block = event.target.closest("[data-start]");
      if (block !== null) choose(BigInt(block.dataset.start));
    });
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && document.activeElement !== box) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1 / 1.15 : 1.15, event);
    }, { passive: false });
    box.addEventListener("keydown", (event) => {
      const by = { "+": 1.4, "=": 1.4, "-": 1 / 1.4 }[event.key];
      if (by !== undefined) this.zoom(by);
      else if (event.key === "0") this.zoomTo(1);
      else return;
      event.preventDefault();
    });
    this.pinch();
  }
  pinch() {
    let apart = 0;
    const distance = (touches) => Math.hypot(touches[0].clientX - touches[1].clientX, touches[0].clientY - touches[1].clientY);
    this.box.addEventListener("touchmove", (event) => {
      if (event.touches.length !== 2) {
        apart = 0;
        return;
      }
      event.preventDefault();
      const now = distance(event.touches);
      if (apart !== 0) this.zoom(now / apart);
      apart = now;
    }, { passive: false });
    this.box.addEventListener("touchend", () => { apart = 0; });
  }
  zoom(by, at = null) { this.zoomTo(this.scale * by, at); }
  zoomTo(scale, at = null) {
    const box = this.box.getBoundingClientRect();
    const x = at === null ? box.width / 2 : at.clientX - box.left;
    const y = at === null ? Math.min(box.height, innerHeight) / 2 : at.clientY - box.top;
    const before = this.scale;
    this.scale = Math.min(12, Math.max(0.5, scale));
    this.svg.style.width = this.scale === 1 ? "" : `${this.scale * 100}%`;
    this.svg.style.maxWidth = this.scale === 1 ? "" : "none";
    this.svg.style.height = "auto";
    const by = this.scale / before;
    this.box.scrollLeft = (this.box.scrollLeft + x) * by - x;
    this.box.scrollTop = (this.box.scrollTop + y) * by - y;
  }
  // Marks what holds the address in each column.
  point(address) {
    for (const old of this.svg.querySelectorAll(".hit")) old.classList.remove("hit");
    for (const block of this.svg.querySelectorAll("[data-start]")) {
      if (BigInt(block.dataset.start) <= address && address < BigInt(block.dataset.end)) block.classList.add("hit");
    }
  }
}

// An address as people write it: 0x1000, 1000h, 16M, pfn:123, virt in hex; null: none.
function parseAddress(text) {
  const clean = text.trim().toLowerCase().replace(/[_,]/g, "");
  const pfn = /^pfn[: ]\s*(0x[0-9a-f]+|\d+)$/.exec(clean);
  if (pfn !== null) return BigInt(pfn[1]) * PAGE;
  const size = /^(\d+(?:\.\d+)?)\s*([kmgtp])(?:i?b)?$/.exec(clean);
  if (size !== null) return BigInt(Math.round(Number(size[1]) * 1024 ** ("kmgtp".indexOf(size[2]) + 1)));
  if (/^(?:0x[0-9a-f]+|\d+)$/.test(clean)) return BigInt(clean);
  return /^[0-9a-f]{5,16}$/.test(clean) ? BigInt("0x" + clean) : null;
}

// A virtual address as the physical one that it reaches at the hand-over; others stay.
function physicalOf(address) {
  if (address < 1n << 52n) return address;
  const m = mappings().find((row) => row.virt <= address && address - row.virt < row.bytes);
  return m === undefined ? null : m.phys + (address - m.virt);
}

// Ranges whose words have all words of the text: [start, end, what].
function* matches(text) {
  const wanted = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const fits = (words) => wanted.every((word) => words.toLowerCase().includes(word));
  const seen = new Set();
  const one = function* (table, i, words) {
    const key = `${table.start[i]}/${words}`;
    if (seen.has(key) || !fits(words)) return;
    seen.add(key);
    yield [table.start[i], table.end[i], words];
  };
  const { owners, cells, memory, e820, iomem } = TABLES;
  for (const i of owners.all()) yield* one(owners, i, owners.words("words", i));
  for (const i of cells.all()) yield* one(cells, i, cells.words("words", i));
  for (const i of memory.all()) yield* one(memory, i, `memory, node ${memory.numbers("nid")[i]}, ${memory.words("flags", i)}`);
  for (const i of e820.all()) {
    for (const column of ["firmware", "kernel"]) {
      const type = typeAt(column, i);
      if (type !== null) yield* one(e820, i, `${type} (e820, ${column})`);
    }
  }
  for (const i of owners.all()) yield* one(owners, i, `${owners.words("function", i)}(): ${owners.words("words", i)}`);
  for (const i of iomem.all()) yield* one(iomem, i, `${iomem.words("name", i)} (iomem)`);
}
