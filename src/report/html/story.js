"use strict";
// What happens to one byte, in the order of the boot: as `memmap explain` tells it
// (report/answers/story.cc), looked up in the page's tables.

const CALL = { add: 0, remove: 1, reserve: 2, free: 3 };
const withRange = (text, start, end) => `${text}: ${span(start, end)}, ${humanSize(end - start)}`;

class Story {
  constructor(address) {
    this.at = address;
    this.lines = [];
    this.owner = "";
    this.lastRule = "";
    this.repeated = 0;
  }

  endLine() {
    if (this.repeated !== 0) this.lines[this.lines.length - 1].text += ` (and ${this.repeated} more)`;
    this.repeated = 0;
    this.lastRule = "";
  }
  tell(stage, fn, text, start = null, end = null) {
    this.endLine();
    this.lines.push({ stage, function: fn, text, start, end });
  }

  firmware() {
    const e820 = TABLES.e820;
    let i = e820.find(this.at);
    const type = i < 0 ? null : typeAt("firmware", i);
    if (type === null) {
      this.tell("firmware", "e820__memory_setup", "the firmware's map has no entry here");
      return;
    }
    // Rows are cut where another table changes its mind.
    let last = i;
    while (i > 0 && e820.end[i - 1] === e820.start[i] && typeAt("firmware", i - 1) === type) --i;
    while (last + 1 < e820.count && e820.start[last + 1] === e820.end[last] &&
           typeAt("firmware", last + 1) === type) ++last;
    this.tell("firmware", "e820__memory_setup",
      withRange(`${type} in the firmware's map`, e820.start[i], e820.end[last]), e820.start[i], e820.end[last]);
  }

  event(i, stage) {
    const e = TABLES.events;
    if (e.numbers("has_range")[i] === 0 || !e.has(i, this.at)) return;
    const step = e.words("step", i);
    const rule = e.words("rule", i);
    if (this.lastRule !== "" && this.lastRule === rule &&
        this.lines[this.lines.length - 1].function === step) {
      ++this.repeated;
      return;
    }
    const by = e.words("by", i);
    this.tell(stage, step, e.words("text", i) + (by === "" ? "" : ` (${by})`), e.start[i], e.end[i]);
    this.lastRule = rule;
  }

  isTold(loss) {
    const l = TABLES.losses;
    const fn = l.words("function", loss);
    const by = l.words("by", loss);
    const e = TABLES.events;
    for (let i = 0; i < e.count; ++i) {
      if (e.numbers("has_range")[i] === 0 || !e.has(i, this.at)) continue;
      const eventBy = e.words("by", i);
      if (e.words("step", i) === fn || e.words("rule", i) === fn || (eventBy !== "" && eventBy === by)) return true;
    }
    return false;
  }
  loss(i) {
    if (this.isTold(i)) return;
    const l = TABLES.losses;
    const by = l.words("by", i);
    this.tell("boot", l.words("function", i),
      withRange(`taken out of the kernel's RAM${by === "" ? "" : ` (${by})`}`, l.start[i], l.end[i]),
      l.start[i], l.end[i]);
  }

  call(i) {
    const c = TABLES.calls;
    if (!c.has(i, this.at)) return;
    const step = c.words("step", i);
    const asker = c.words("asker", i);
    const by = asker === "" || asker === step ? "" : ` by ${asker}()`;
    const owner = c.words("owner", i);
    const whom = owner === "" ? by : ` for ${owner}${by}`;
    let text = "";
    switch (c.numbers("kind")[i]) {
      case CALL.add:
        text = "added to memblock's memory" + by;
        break;
      case CALL.remove:
        text = "removed from memblock's memory" + whom;
        break;
      case CALL.reserve:
        if (this.owner === "") {
          text = "reserved" + whom;
          this.owner = owner === "" ? "whom nobody recorded" : owner;
        } else {
          text = `reserved once more${whom}; it stays with ${this.owner}`;
        }
        break;
      default:
        text = "freed again" + by;
        this.owner = "";
    }
    this.tell("memblock", step, withRange(text, c.start[i], c.end[i]), c.start[i], c.end[i]);
  }

  // Events, calls and the loss, merged by when they were told.
  untilHandOver() {
    const calls = TABLES.calls;
    const events = TABLES.events;
    const losses = TABLES.losses;
    let lost = losses.all().find((i) => losses.has(i, this.at)) ?? -1;
    let event = 0;
    const lossAt = (call) => {
      if (lost < 0 || losses.numbers("calls")[lost] > call || losses.numbers("events")[lost] > event) return;
      this.loss(lost);
      lost = -1;
    };
    const eventsTo = (end, call) => {
      for (; event < end; ++event) {
        lossAt(call);
        this.event(event, events.words("file", event).endsWith("/e820.c") ? "e820" : "boot");
      }
    };
    let before = 0;
    for (let i = 0; i < calls.count; ++i) {
      before += calls.numbers("events")[i];
      eventsTo(before, i);
      lossAt(i);
      this.call(i);
    }
    eventsTo(events.packed.at_hand_over, calls.count);
    if (lost >= 0) this.loss(lost);
  }

  zone() {
    const memory = TABLES.memory;
    const region = memory.find(this.at);
    if (region < 0) return;
    const nid = memory.numbers("nid")[region];
    const flags = memory.words("flags", region);
    const node = DATA.nodes.find((n) => n.nid === nid);
    if (node === undefined) return;
    const pfn = this.at / PAGE;
    const notMovable = DATA.not_movable && flags.split("|").includes("mirror");
    const zone = node.zones.findLast((z) => pfn >= BigInt(z.start) && pfn < BigInt(z.start + z.spanned) &&
      !(notMovable && z.name === "Movable"));
    if (zone === undefined) return;
    this.tell("zone", "", `page frame ${hex(pfn)}, node ${nid}, zone ${zone.name}` +
      (flags === "" ? "" : `, flags ${flags}`), memory.start[region], memory.end[region]);
  }

  mapped() {
    let any = false;
    for (const m of mappings()) {
      if (this.at < m.phys || this.at - m.phys >= m.bytes) continue;
      any = true;
      const virt = m.virt + (this.at - m.phys);
      const page = virt / PAGE * PAGE;
      const slot = TABLES.fixmap.bytes("virt").indexOf(page);
      const named = slot < 0 ? "" : ` (${TABLES.fixmap.words("name", slot)})`;
      this.tell("mapped", "", `at ${hex(virt, 16)} in the ${m.area}${named}, a page of ` +
        `${humanSize(m.page)}: ${m.words}`);
    }
    if (!any) this.tell("mapped", "", "nowhere in the kernel's page tables " +
      (DATA.handed_over ? "at the hand-over" : "when it stopped"));
  }

  freeBlock() {
    for (const node of DATA.nodes) {
      for (const zone of node.zones) {
        for (const list of zone.free) {
          const i = freeRuns(list).find(this.at);
          if (i < 0) continue;
          const size = PAGE << BigInt(list.order);
          const start = this.at / size * size;
          this.tell("hand-over", "memblock_free_all", withRange(
            `free, in a block of order ${list.order} (${list.movable ? "movable" : "unmovable"})`,
            start, start + size), start, start + size);
          return true;
        }
      }
    }
    return false;
  }

  handOver(cell) {
    const cells = TABLES.cells;
    if (cell < 0 || cells.number("memory", cell) === 0 || !DATA.handed_over || this.freeBlock()) return;
    const owner = cells.words("owner", cell);
    let text = "not given to the page allocator: it lies above the last page that counts";
    switch (cells.number("use", cell)) {
      case 7:
        text = `not given to the page allocator: reserved for ${owner === "" ? "whom nobody recorded" : owner}`;
        break;
      case 4:
        text = "not given to the page allocator: it must not be mapped";
        break;
      case 5:
        text = "not given to the page allocator: the rest of its page is reserved";
        break;
      default:
        if (cells.words("end", cell) === "initialised_later")
          text = "left for later: its struct page is not initialised yet";
    }
    const [start, end] = pieceOf(cell);
    this.tell("hand-over", "memblock_free_all", withRange(text, start, end), start, end);
  }

  later(cell) {
    const kind = cell < 0 ? "" : TABLES.cells.words("end", cell);
    if (kind === "initialised_later")
      this.tell("later", "deferred_init_memmap", "initialised, and free from then on", ...pieceOf(cell));
    const given = TABLES.given;
    const row = kind === "given_back" ? given.all().findIndex((i) => given.has(i, this.at)) : -1;
    let isGiven = row < 0;
    const events = TABLES.events;
    for (let i = events.packed.at_hand_over; i < events.count; ++i) {
      this.event(i, "later");
      isGiven = isGiven || (events.numbers("has_range")[i] !== 0 && events.has(i, this.at) &&
        events.words("step", i) === given.words("step", row));
    }
    if (isGiven) return;
    const what = given.words("what", row);
    this.tell("later", given.words("step", row), withRange(
      what === "" ? "given to the page allocator" : `counted as the page allocator's: ${what}`,
      given.start[row], given.end[row]), given.start[row], given.end[row]);
  }

  // From the root of the kernel's tree of resources: rows stand in the order of a walk through it.
  iomem() {
    if (!DATA.has_mem_total) return;
    const tree = TABLES.iomem;
    const path = [];
    for (let i = 0; i < tree.count; ++i) {
      if (tree.numbers("depth")[i] === path.length && tree.has(i, this.at)) path.push(i);
    }
    if (path.length === 0) return;
    const last = path[path.length - 1];
    this.tell("iomem", "", withRange(path.map((i) => tree.words("name", i)).join(" > "),
      tree.start[last], tree.end[last]), tree.start[last], tree.end[last]);
  }

  panic() {
    if (DATA.panic === undefined) return;
    this.tell("boot", DATA.strings[DATA.panic.step], `the kernel stops here: ${DATA.strings[DATA.panic.text]}`);
  }

  told() {
    const cell = TABLES.cells.find(this.at);
    this.firmware();
    this.untilHandOver();
    this.zone();
    this.mapped();
    this.handOver(cell);
    this.later(cell);
    this.iomem();
    this.panic();
    this.endLine();
    return this.lines;
  }
}

// A piece from its first cell to its last.
function pieceOf(cell) {
  const cells = TABLES.cells;
  const on = cells.numbers("on");
  let first = cell;
  let last = cell;
  while (on[first] !== 0) --first;
  while (last + 1 < cells.count && on[last + 1] !== 0) ++last;
  return [cells.start[first], cells.end[last]];
}

let mappingRows = null;
function mappings() {
  if (mappingRows !== null) return mappingRows;
  const m = TABLES.mappings;
  const gaps = m.bytes("virt");
  const physs = m.bytes("phys");
  let virt = 0n;
  let phys = 0n;
  mappingRows = gaps.map((gap, i) => {
    const page = BigInt(m.numbers("page")[i]) * PAGE;
    const bytes = page * BigInt(m.numbers("pages")[i]);
    const at = BigInt.asUintN(64, virt + gap);
    const to = BigInt.asUintN(64, phys + gap + physs[i]);
    virt = at + bytes;
    phys = to + bytes;
    return { virt: at, phys: to, bytes, page, area: m.words("area", i), words: m.words("words", i) };
  });
  return mappingRows;
}

const runsOfLists = new Map();
function freeRuns(list) {
  if (!runsOfLists.has(list)) runsOfLists.set(list, new Columns(list));
  return runsOfLists.get(list);
}

// The story, with the sentence that answers what the byte is.
function storyOf(address) {
  const cells = TABLES.cells;
  const cell = cells.find(address);
  return {
    address,
    answer: cell < 0 ? "no RAM: a hole, or registers of a device; " +
      (DATA.has_mem_total ? "never part of MemTotal" : "not free when the kernel stopped") : cells.words("answer", cell),
    counts: cell < 0 ? "" : cells.words("counts", cell),
    range: cell < 0 ? null : [cells.start[cell], cells.end[cell]],
    lines: new Story(address).told(),
  };
}
