"use strict";
// Tables that sort, and show the rows that the page was too long for.

const MORE_ROWS = 1000;

// What a cell is worth in an order: addresses, numbers and sizes by value, else its text.
function worth(text) {
  const clean = text.replace(/,/g, "").replace(/^[+−-]\s?(?=\d)/, "");
  if (/^0x[0-9a-f]+/.test(clean)) return Number(BigInt(/^0x[0-9a-f]+/.exec(clean)[0]));
  const size = /^[<>]?(\d+(?:\.\d+)?)([BKMGTPE%]?)(?:$|\s)/.exec(clean);
  if (size === null) return text === "" || text === "–" ? -1 : text.toLowerCase();
  const unit = "BKMGTPE".indexOf(size[2] || "B");
  return Number(size[1]) * (unit < 0 ? 1 : 1024 ** unit);
}

function compareWorth(a, b) {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1;
}

const typeStyle = (type) => type === null ? "faint" : type === "RAM" ? "ram" : "firmware";
const typeCell = (type, style) => [type ?? "–", style ?? typeStyle(type)];
const rangeCells = (table, i) => [[span(table.start[i], table.end[i], DIGITS), "r"],
  [humanSize(table.end[i] - table.start[i]), "n"]];

// Of the tables that may be longer than the page: how many rows, and the cells of one: [text, class].
const MODELS = {
  e820: {
    count: () => TABLES.e820.count,
    cells: (i) => {
      const types = ["firmware", "kexec", "kernel"].map((column) => typeAt(column, i));
      return [...rangeCells(TABLES.e820, i), typeCell(types[0]), typeCell(types[1]),
        typeCell(types[2], types[0] === types[2] ? undefined : "changed")];
    },
  },
  memory: {
    count: () => TABLES.memory.count,
    cells: (i) => {
      const nid = TABLES.memory.numbers("nid")[i];
      return [...rangeCells(TABLES.memory, i), [nid === -1 ? "any" : String(nid), "n"],
        [TABLES.memory.words("flags", i), ""]];
    },
  },
  owners: {
    count: () => TABLES.owners.count,
    cells: (i) => [...rangeCells(TABLES.owners, i),
      [TABLES.owners.words("words", i) || "not recorded", "reserved"],
      [TABLES.owners.words("function", i), "code"]],
  },
};

class SortedTable {
  constructor(table) {
    this.table = table;
    this.id = table.id.slice(2);
    this.body = table.tBodies[0];
    this.more = byId("more-" + this.id);
    this.model = this.more === null ? undefined : MODELS[this.id];
    this.rows = this.model === undefined ? [...this.body.rows] : null;
    this.order = null;
    this.shown = this.body.rows.length;
    this.sorted = null;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = make("button", { type: "button", class: "sort", onclick: () => this.sortBy(column) });
      button.append(...head.childNodes);
      head.append(button);
    });
    if (this.model !== undefined) this.offerMore();
  }
  offerMore() {
    this.note = make("span");
    this.more.replaceChildren(this.note, " ",
      make("button", { type: "button", onclick: () => this.showMore(MORE_ROWS) }, `Show ${grouped(MORE_ROWS)} more`));
    this.tell();
  }
  tell() {
    this.note.textContent = `${grouped(this.shown)} of ${grouped(this.model.count())} rows.`;
    this.more.hidden = this.shown >= this.model.count();
  }
  rowOf(i) {
    const row = make("tr");
    this.model.cells(i).forEach(([text, style], column) => {
      const cell = make(column === 0 ? "th" : "td", column === 0 ? { scope: "row" } : {});
      if (style) cell.className = style;
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  }
  showMore(count) {
    const end = Math.min(this.model.count(), this.shown + count);
    const rows = [];
    for (let i = this.shown; i < end; ++i) rows.push(this.rowOf(this.order === null ? i : this.order[i]));
    this.body.append(...rows);
    this.shown = end;
    linkRanges(this.body);
    this.tell();
  }
  // Once more by the same column: the other way round.
  sortBy(column, down = this.sorted !== null && this.sorted.column === column && !this.sorted.down) {
    this.sorted = { column, down };
    const sign = down ? -1 : 1;
    const ordered = (rows, text) => rows.map((row) => [worth(text(row)), row])
      .sort((a, b) => sign * compareWorth(a[0], b[0])).map((pair) => pair[1]);
    if (this.model === undefined) {
      this.body.replaceChildren(...ordered(this.rows, (row) => row.cells[column].textContent));
    } else {
      this.order = ordered(Array.from({ length: this.model.count() }, (_, i) => i),
        (i) => this.model.cells(i)[column][0]);
      this.body.replaceChildren();
      const count = Math.max(this.shown, 1);
      this.shown = 0;
      this.showMore(count);
    }
    [...this.table.tHead.rows[0].cells].forEach((head, i) => {
      if (i === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    setPlace({ sort: `${this.id}:${column}:${down ? "down" : "up"}` });
  }
}

const SORTED = new Map();

// Ranges become links to the story of their first byte.
function linkRanges(root) {
  for (const cell of root.querySelectorAll("th.r:not(:has(a)), td.r:not(:has(a))")) {
    const address = /^0x[0-9a-f]+/.exec(cell.textContent);
    if (address === null) continue;
    const link = make("a", { href: "#address=" + address[0] });
    link.append(...cell.childNodes);
    cell.append(link);
  }
}

function startTables() {
  for (const table of document.querySelectorAll("main table")) SORTED.set(table.id.slice(2), new SortedTable(table));
  linkRanges(document.querySelector("main"));
}
