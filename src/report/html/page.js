"use strict";
// The page: its bar, the story beside it, its place in the address, keys.

const MOST_FOUND = 60;
const THEMES = ["auto", "light", "dark"];
const PLACE = { address: null, step: null, theme: null, sort: null };
let drawn = null;
let strip = null;
let reading = true;  // the page's address is not written while it is read, nor before

// What is shown, in the page's address: #address=0x1000&step=12&theme=dark&sort=memory:1:down
function setPlace(changes) {
  Object.assign(PLACE, changes);
  if (reading) return;
  const text = Object.entries(PLACE).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%3A", ":")}`).join("&");
  if ("#" + text === location.hash || (text === "" && !location.hash.includes("="))) return;
  history.replaceState(null, "", text === "" ? location.pathname + location.search : "#" + text);
}

function readPlace() {
  if (!location.hash.includes("=")) {
    reading = false;
    return;
  }
  const given = new URLSearchParams(location.hash.slice(1));
  reading = true;
  for (const name of Object.keys(PLACE)) {
    if (given.has(name)) PLACE[name] = given.get(name);
  }
  setTheme(THEMES.includes(given.get("theme")) ? given.get("theme") : PLACE.theme ?? "auto");
  const step = Number(given.get("step"));
  if (strip !== null && Number.isInteger(step) && step >= 1) strip.show(step - 1);
  const sort = /^(\w+):(\d+):(up|down)$/.exec(given.get("sort") ?? "");
  if (sort !== null && SORTED.has(sort[1])) SORTED.get(sort[1]).sortBy(Number(sort[2]), sort[3] === "down");
  if (given.has("address")) search(given.get("address"));
  reading = false;
}

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
  setPlace({ theme: theme === "auto" ? null : theme });
}
const nextTheme = () => setTheme(THEMES[(THEMES.indexOf(PLACE.theme ?? "auto") + 1) % THEMES.length]);

function showAside(...children) {
  const aside = byId("story");
  aside.replaceChildren(make("button", { type: "button", class: "close", "aria-label": "Close", onclick: closeAside }, "×"), ...children);
  aside.hidden = false;
  aside.scrollTop = 0;
  document.body.classList.add("beside");
}
function closeAside() {
  byId("story").hidden = true;
  document.body.classList.remove("beside");
  setPlace({ address: null });
}

// Tells the story of a byte.
function choose(address) {
  const story = storyOf(address);
  drawn?.point(address);
  strip?.point(address);
  const list = make("ol", { class: "told" });
  for (const line of story.lines) {
    const item = make("li", {}, make("span", { class: "stage" }, line.stage));
    if (line.function !== "") item.append(make("code", {}, line.function + "()"), " ");
    item.append(line.text);
    list.append(item);
  }
  const near = make("p", { class: "near" });
  if (story.range !== null) {
    const [start, end] = story.range;
    near.append(span(start, end, DIGITS), ", ", humanSize(end - start), make("br"));
    if (start > 0n) near.append(make("button", { type: "button", onclick: () => choose(start - 1n) }, "◀ below"), " ");
    near.append(make("button", { type: "button", onclick: () => choose(end) }, "above ▶"));
  }
  showAside(make("h2", {}, hex(address)), make("p", { class: "answer" }, story.answer), near, list,
    make("p", { class: "total" }, story.counts === "" ? "" : `MemTotal: ${story.counts}`));
  setPlace({ address: hex(address) });
}

function search(text) {
  const address = parseAddress(text);
  if (address !== null) {
    const phys = physicalOf(address);
    if (phys !== null) choose(phys);
    else showAside(make("h2", {}, hex(address)), make("p", {}, "No page table of the kernel's maps it at the hand-over."));
    return;
  }
  if (text.trim() === "") return;
  const list = make("ul", { class: "found" });
  let count = 0;
  for (const [start, end, what] of matches(text)) {
    if (++count > MOST_FOUND) break;
    list.append(make("li", {}, make("a", { href: "#address=" + hex(start) }, span(start, end, DIGITS)), ` ${humanSize(end - start)} `,
      make("b", {}, what)));
  }
  const said = count === 0 ? "Nothing has these words." :
    count > MOST_FOUND ? `The first ${MOST_FOUND}.` : `${count} found.`;
  showAside(make("h2", {}, `“${text}”`), make("p", {}, said), list);
}

const KEYS = [["/", "search", () => byId("search").focus()], ["?", "these keys", () => byId("help").showModal()],
  ["[", "one step back", () => strip?.move(-1)], ["]", "one step on", () => strip?.move(1)],
  ["t", "theme", nextTheme], ["Escape", "close the story", closeAside]];
const KEYS_OF_MAPS = [["+ −", "zoom (a map that has the focus; or its wheel, Ctrl and wheel, two fingers)"],
  ["0", "the whole map"], ["← →", "to lower, to higher addresses"]];

function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target.matches("input:not([type=range]), textarea");
    if (typing && event.key !== "Escape") return;
    const key = KEYS.find(([name]) => name === event.key);
    if (key === undefined || byId("help").open) return;
    if (key[0] !== "Escape") event.preventDefault();
    if (typing) event.target.blur();
    key[2]();
  });
  addEventListener("hashchange", readPlace);
}

function startBar() {
  const keys = make("table", {}, make("tbody", {}));
  for (const [key, what] of [...KEYS, ...KEYS_OF_MAPS])
    keys.tBodies[0].append(make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, key)), make("td", {}, what)));
  const help = make("dialog", { id: "help", "aria-label": "Keys" }, make("h2", {}, "Keys"), keys,
    make("form", { method: "dialog" }, make("button", {}, "Close")));
  const field = make("input", { type: "search", id: "search", placeholder: "0x1000, 16M, pfn:123, initrd, hotplug …",
    "aria-label": "Search an address, an owner, a type or a flag" });
  const form = make("form", { role: "search", onsubmit: (event) => { event.preventDefault(); search(field.value); } }, field,
    make("button", { type: "submit" }, "Find"));
  byId("bar").append(form, make("button", { type: "button", id: "theme", onclick: nextTheme }, "Theme: auto"),
    make("button", { type: "button", onclick: () => help.showModal(), "aria-label": "Keys" }, "?"));
  byId("bar").hidden = false;
  document.body.append(help);
}

startBar();
startTables();
if (byId("map-box").querySelector("svg") !== null) drawn = new DrawnMap(byId("map-box"));
if (byId("player") !== null && DATA.steps.length > 0) strip = new Strip(byId("player"));
listen();
readPlace();
document.documentElement.dataset.ready = "true";
