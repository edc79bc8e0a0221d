"use strict";
// The page's data, unpacked as it is asked for. Addresses are BigInt: they have up to 64 bits.

const DATA = JSON.parse(document.getElementById("data").textContent);
const PAGE = 4096n;

// Numbers of PackedNumbers: `a*3 z` is 10, 10, 10, 35.
function unpackWith(text, read) {
  const out = [];
  if (text === "") return out;
  for (const token of text.split(" ")) {
    const star = token.indexOf("*");
    const value = read(star < 0 ? token : token.slice(0, star));
    const times = star < 0 ? 1 : parseInt(token.slice(star + 1), 36);
    for (let i = 0; i < times; ++i) out.push(value);
  }
  return out;
}

function bigOf(digits) {
  if (digits.length < 11) return BigInt(parseInt(digits, 36));
  let out = 0n;
  for (const digit of digits) out = out * 36n + BigInt(parseInt(digit, 36));
  return out;
}

function bytesOf(token) {
  const minus = token.startsWith("-");
  const digits = minus ? token.slice(1) : token;
  const bytes = digits.endsWith(".") ? bigOf(digits.slice(0, -1)) : bigOf(digits) * PAGE;
  return minus ? -bytes : bytes;
}

const unpackNumbers = (text) => unpackWith(text, (token) => parseInt(token, 36));
const unpackBytes = (text) => unpackWith(text, bytesOf);

// A table of columns: `start` and `end` of its ranges, numbers, words of the shared strings.
class Columns {
  constructor(packed) {
    this.packed = packed;
    this.cache = new Map();
  }
  kept(name, make) {
    if (!this.cache.has(name)) this.cache.set(name, make());
    return this.cache.get(name);
  }
  unpackRanges() {
    const gaps = unpackBytes(this.packed.gap);
    const sizes = unpackBytes(this.packed.size);
    const start = new BigUint64Array(gaps.length);
    const end = new BigUint64Array(gaps.length);
    let at = 0n;
    for (let i = 0; i < gaps.length; ++i) {
      at = BigInt.asUintN(64, at + gaps[i]);
      start[i] = at;
      at = BigInt.asUintN(64, at + sizes[i]);
      end[i] = at;
    }
    return { start, end };
  }
  get ranges() { return this.kept("ranges", () => this.unpackRanges()); }
  get start() { return this.ranges.start; }
  get end() { return this.ranges.end; }
  get count() { return this.start.length; }
  numbers(name) { return this.kept(name, () => unpackNumbers(this.packed[name])); }
  bytes(name) { return this.kept(name, () => unpackBytes(this.packed[name])); }
  words(name, i) { return DATA.strings[this.numbers(name)[i]]; }
  has(i, address) { return this.start[i] <= address && address < this.end[i]; }
  // The row that holds the address, of ranges that are sorted and disjoint; -1: none.
  find(address) {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle] <= address) low = middle + 1; else high = middle;
    }
    return low < this.count && this.start[low] <= address ? low : -1;
  }
  all() { return Array.from({ length: this.count }, (_, i) => i); }
}

// Cells, whose words are those of their kinds.
class Cells extends Columns {
  constructor(packed) {
    super(packed);
    this.kinds = new Columns(packed.kinds);
  }
  words(name, i) { return this.kinds.words(name, this.numbers("kind")[i]); }
  number(name, i) { return this.kinds.numbers(name)[this.numbers("kind")[i]]; }
}

const TABLES = Object.fromEntries(
  ["e820", "memory", "reserved", "owners", "events", "calls", "losses", "given", "iomem",
    "mappings", "fixmap"].map((name) => [name, new Columns(DATA[name])]));
TABLES.cells = new Cells(DATA.cells);

// The type's name in a column of the e820 table; null: the table has no entry there.
function typeAt(column, i) {
  const index = TABLES.e820.numbers(DATA.e820[column] === undefined ? "firmware" : column)[i];
  return index === 0 ? null : DATA.strings[index - 1];
}

// Words of numbers, as report/form/units.h has them.
function humanSize(bytes) {
  if (bytes === 0n) return "0";
  const units = "BKMGTPE";
  let unit = 0;
  while (unit + 1 < units.length && bytes >> BigInt(10 * (unit + 1)) !== 0n) ++unit;
  const shift = BigInt(10 * unit);
  const whole = bytes >> shift;
  const rest = bytes & ((1n << shift) - 1n);
  if (rest === 0n) return `${whole}${units[unit]}`;
  let tenths = whole * 10n + (rest * 10n + (1n << (shift - 1n))) / (1n << shift);
  if (tenths >= 10240n && unit + 1 < units.length) {
    tenths = 10n;
    ++unit;
  }
  return `${tenths / 10n}.${tenths % 10n}${units[unit]}`;
}

const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const hex = (value, digits = 1) => "0x" + value.toString(16).padStart(digits, "0");

const DIGITS = (() => {
  const cells = TABLES.cells;
  if (cells.count === 0) return 8;
  const needed = (cells.end[cells.count - 1] - 1n).toString(16).length;
  return Math.max(8, needed + needed % 2);
})();

function span(start, end, digits = 8) {
  return start === end ? `${hex(start, digits)} (empty)` : `${hex(start, digits)}-${hex(end - 1n, digits)}`;
}

// An element with attributes and children; text is text, whatever is in it.
const SVG = "http://www.w3.org/2000/svg";
function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "rect", "text", "title", "g", "line"].includes(tag);
  const out = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) out.addEventListener(name.slice(2), value);
    else if (value !== false) out.setAttribute(name, value === true ? "" : value);
  }
  out.append(...children);
  return out;
}
const byId = (id) => document.getElementById(id);
