"""The page that `memmap simulate --format html` writes, read in Chromium as people read it: searched, clicked,
sorted, step by step, by keys, on a phone, without scripts.

    page_test.py MEMMAP MAPS [--pictures DIR] [--many COUNT] [CASE...]

MAPS: the repository's folder of machines. DIR: for a picture of each page, to be looked at. COUNT: ranges of the largest
machine; 100,000 take a minute. Nothing here depends on time: times are printed. Exit status 77:
Chromium or its driver is not installed.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from browser import Browser, Missing

KIB = 1 << 10
MIB = 1 << 20
MACHINES = {"laptop": ["--e820", "microsoft-surface-book.yaml"],
            "server": ["--e820", "supermicro-as-4125gs-tnrt.yaml"],
            "small": ["--synthetic", "ram:639K reserved:385K ram:255M"],
            "efi": ["--e820", "qemu-q35-efi-4g.yaml", "--append", "crashkernel=64M"],
            "nodes": ["--synthetic", "ram:640K hole:384K ram:1535G@node0 hole:1G " +
                      " ".join(f"ram:1536G@node{n}" for n in range(1, 8))]}
ENTER, ESCAPE = "\ue007", "\ue00c"


class Pages:
    """Made once each, below one folder."""
    memmap = None
    maps = None
    pictures = None
    many = 20_000
    folder = None
    made = {}

    @classmethod
    def run(cls, *arguments):
        done = subprocess.run([cls.memmap, *arguments], cwd=cls.maps, capture_output=True, timeout=300, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode(errors="replace"))
        return done.stdout

    @classmethod
    def of(cls, name, arguments=None):
        if name not in cls.made:
            path = pathlib.Path(cls.folder) / f"{name}.html"
            path.write_bytes(cls.run("simulate", *(arguments or MACHINES[name]), "--format", "html"))
            cls.made[name] = path
        return cls.made[name]


def many_regions(count):
    """A machine of that many ranges, RAM and reserved by turns, of many sizes."""
    # Enough below for the kernel, its tables and the arrays that grow.
    out, at = [{"start": 0, "end": 0x9f000, "type": "ram"}, {"start": 1 << 20, "end": 3 << 30, "type": "ram"}], 4 << 30
    for i in range(count):
        size = 4096 * (16 + i * 7919 % 509)
        out.append({"start": at, "end": at + size, "type": "ram" if i % 2 == 0 else "reserved"})
        at += size
    return out


class Static(unittest.TestCase):
    """What needs no browser."""

    def test_tidy_accepts_it(self):
        for name in MACHINES:
            try:
                run = subprocess.run(["tidy", "-q", "-e", "-utf8", Pages.of(name)], capture_output=True, text=True,
                                     check=False)
            except FileNotFoundError:
                self.skipTest("tidy is not installed")
            self.assertEqual((name, run.stderr), (name, ""))

    def test_it_names_no_other_place(self):
        for name in MACHINES:
            text = Pages.of(name).read_text()
            found = re.search(r'\b(?:src|href|action)="?(?!#|")|<link|<base|@import|url\((?!#)', text.split("<script", 1)[0])
            self.assertIsNone(found)
            self.assertIn("default-src 'none'", text)

    def test_the_same_bytes_twice(self):
        again = Pages.run("simulate", *MACHINES["efi"], "--format", "html")
        self.assertEqual(again, Pages.of("efi").read_bytes())

    def test_sizes(self):
        for name in MACHINES:
            size = Pages.of(name).stat().st_size
            print(f"  {name}: {size / KIB:.0f} KiB")
            self.assertLess(size, MIB)


class InBrowser(unittest.TestCase):
    """With scripts, on a screen."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def open(self, name, place=""):
        self.browser.open(Pages.of(name), place)
        self.assertEqual(self.browser.js("return document.documentElement.dataset.ready"), "true",
                         self.browser.complaints())
        # Drawn, too.
        self.browser.js("return new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [])

    def test_stories_are_those_of_explain(self):
        for name, arguments in MACHINES.items():
            self.open(name)
            borders = self.browser.js("const c = TABLES.cells; return c.all().flatMap((i) => [hex(c.start[i]), "
                                      "hex((c.start[i] + c.end[i]) / 2n)]);")
            asked = list(dict.fromkeys(borders[:: max(1, len(borders) // 60)] + ["0x0", "0xfee00000"]))
            answer = json.loads(Pages.run("explain", ",".join(asked), *arguments, "--format", "json"))
            for told in answer["answers"]:
                got = self.browser.js("const s = storyOf(BigInt(arguments[0])); return {answer: s.answer, steps: "
                                      "s.lines.map((l) => [l.stage, l.function, l.text])};", told["physical"])
                want = [[s["stage"], s.get("function", ""), s["text"]] for s in told["steps"]]
                self.assertEqual((name, told["physical"], got["answer"]), (name, told["physical"], told["answer"]))
                self.assertEqual((name, told["physical"], got["steps"]), (name, told["physical"], want))

    def test_search(self):
        self.open("efi")
        for text, heading in (("0x1000000", "0x1000000"), ("16M", "0x1000000"), ("pfn:0x1000", "0x1000000")):
            self.browser.type("#search", text)
            self.browser.click("#bar form button")
            self.assertEqual(self.browser.text("#story h2"), heading)
            self.assertIn("kernel image", self.browser.text("#story .answer"))
        self.browser.type("#search", "crash kernel" + ENTER)
        self.assertIn("found", self.browser.text("#story p"))
        self.browser.click("#story .found a")
        self.assertIn("crash kernel (crashkernel=64M)", self.browser.text("#story .answer"))
        self.browser.type("#search", "nothing of this name" + ENTER)
        self.assertIn("Nothing", self.browser.text("#story p"))
        self.browser.type("#search", "0xffff888000001000" + ENTER)
        self.assertEqual(self.browser.text("#story h2"), "0x1000")

    def test_click_on_the_map_and_on_a_range(self):
        self.open("laptop")
        self.browser.js("document.querySelector('#map-box [data-start]').dispatchEvent(new MouseEvent('click', "
                        "{bubbles: true}))")
        self.assertEqual(self.browser.text("#story h2"), self.browser.js(
            "return hex(BigInt(document.querySelector('#map-box [data-start]').dataset.start))"))
        self.assertGreater(self.browser.js("return document.querySelectorAll('#map-box .hit').length"), 0)
        self.browser.key(ESCAPE)
        self.assertFalse(self.browser.js("return document.body.classList.contains('beside')"))
        self.browser.click("#t-memory tbody tr:nth-child(2) th a")
        self.assertEqual(self.browser.text("#story h2"), self.browser.js("return hex(TABLES.memory.start[1])"))
        self.browser.click(".near button:last-child")
        self.assertNotEqual(self.browser.text("#story h2"), self.browser.js("return hex(TABLES.memory.start[1])"))

    def test_steps(self):
        self.open("server")
        last = self.browser.text("#step-said")
        self.browser.js("const s = byId('step'); s.value = 1; s.dispatchEvent(new Event('input'))")
        self.assertTrue(self.browser.text("#step-said").startswith("1 of "))
        self.assertEqual(self.browser.js("return strip.lists.lists.memory.length"), 0)
        self.browser.key("]")
        self.assertTrue(self.browser.text("#step-said").startswith("2 of "))
        self.browser.key("[")
        self.browser.js("strip.show(DATA.steps.length - 1)")
        self.assertEqual(self.browser.text("#step-said"), last)
        # All changes one after the other are the lists of the hand-over.
        same = ("const rows = strip.lists.lists[arguments[0]]; const t = TABLES[arguments[0]];"
                "return rows.length === t.count && rows.every((r, i) => r.start === t.start[i] && r.end === t.end[i])")
        for name in ("memory", "reserved"):
            self.assertTrue(self.browser.js(same, name), name)

    def test_zoom(self):
        self.open("nodes")
        for css, state in ((".strip", "return strip.to - strip.from"), ("#map-box", "return 1 / drawn.scale")):
            before = self.browser.js(state)
            self.browser.js(f"document.querySelector('{css}').focus()")
            self.browser.key("+")
            self.assertLess(self.browser.js(state), before)
            between = self.browser.js(state)
            self.browser.js(f"document.querySelector('{css}').scrollIntoView({{block: 'center'}})")
            self.browser.wheel(css, -100)
            self.assertLess(self.browser.js(state), between)
            self.browser.key("0")
            self.assertEqual(self.browser.js(state), before)

    def test_sort(self):
        self.open("efi")
        sizes = ("return [...document.querySelectorAll('#t-e820 tbody tr')].map((r) => Number(BigInt("
                 "r.cells[0].textContent.split('-')[1]) - BigInt(r.cells[0].textContent.split('-')[0])))")
        before = self.browser.js(sizes)
        self.browser.click("#t-e820 thead th:nth-child(2) button")
        up = self.browser.js(sizes)
        self.assertEqual(sorted(before), sorted(up))
        shown = self.browser.js("return [...document.querySelectorAll('#t-e820 tbody td:nth-child(2)')]"
                                ".map((c) => worth(c.textContent))")
        self.assertEqual(shown, sorted(shown))
        self.browser.click("#t-e820 thead th:nth-child(2) button")
        self.assertEqual(self.browser.js("return document.querySelector('#t-e820 th[aria-sort]').ariaSort"),
                         "descending")
        self.assertIn("sort=e820:1:down", self.browser.js("return location.hash"))

    def test_theme_and_keys(self):
        self.open("small")
        ground = "return getComputedStyle(document.body).backgroundColor"
        light = self.browser.js(ground)
        self.browser.key("t", "t")
        self.assertEqual(self.browser.js("return document.documentElement.dataset.theme"), "dark")
        self.assertNotEqual(self.browser.js(ground), light)
        self.assertIn("theme=dark", self.browser.js("return location.hash"))
        self.browser.key("?")
        self.assertTrue(self.browser.js("return byId('help').open"))
        self.browser.key(ESCAPE)
        self.assertFalse(self.browser.js("return byId('help').open"))
        self.browser.key("/")
        self.assertEqual(self.browser.js("return document.activeElement.id"), "search")

    def test_permalink(self):
        self.open("efi", "#address=0x1000000&step=3&theme=dark&sort=memory:1:down")
        self.assertEqual(self.browser.text("#story h2"), "0x1000000")
        self.assertTrue(self.browser.text("#step-said").startswith("3 of "))
        self.assertEqual(self.browser.js("return document.documentElement.dataset.theme"), "dark")
        self.assertEqual(self.browser.js("return document.querySelector('#t-memory th[aria-sort]').ariaSort"),
                         "descending")
        self.browser.js("location.hash = '#address=0x2000'")
        self.browser.js("return new Promise((done) => setTimeout(done, 50))")
        self.assertEqual(self.browser.text("#story h2"), "0x2000")

    def test_beside_another(self):
        page = Pages.of("beside", [*MACHINES["efi"], "--against", "qemu-pc-2nodes-6g.yaml"])
        self.browser.open(page)
        self.assertIn("struct pages of node 1", self.browser.text("#t-beside"))
        self.browser.click("#beside summary")
        self.assertGreater(self.browser.js("return document.querySelector('#beside .map svg').clientHeight"), 200)
        self.browser.click("#t-forks tbody tr th a")
        # The first of these ranges is one that the page's own boot tells of, too.
        self.assertEqual(self.browser.text("#story .answer"),
                         self.browser.text("#t-forks tbody tr:first-child td:nth-child(3)"))
        self.assertEqual(subprocess.run(["tidy", "-q", "-e", "-utf8", page], capture_output=True, check=False).stderr, b"")

    def test_text_is_no_markup(self):
        evil = "<script>alert(1)</script> & \"quotes\" 'n <!-- --> ]]> \u2028 \u202e"
        page = Pages.of("evil", ["--synthetic", "ram:639K reserved:385K ram:255M", "--cmdline", evil])
        self.browser.open(page)
        self.assertEqual(self.browser.js("return document.documentElement.dataset.ready"), "true")
        self.assertEqual(self.browser.js("return document.querySelectorAll('script').length"), 2)
        self.assertIn("<script>alert(1)</script> & \"quotes\" 'n <!-- -->",
                      self.browser.js("return document.querySelector('.facts').textContent"))

    def test_layout(self):
        # Boxes, not pixels: fonts differ from machine to machine.
        self.open("server")
        boxes = self.browser.js(
            "return ['#bar', 'header', 'nav', '#map', '#where', '#steps', '#e820', 'footer'].map((css) => {"
            "const b = document.querySelector(css).getBoundingClientRect(); return [css, [b.left, b.top + scrollY, b.width, "
            "b.height]]})")
        boxes = dict(boxes)
        tops = [box[1] for box in boxes.values()]
        self.assertEqual(tops, sorted(tops), boxes)
        for css, (left, _, width, height) in boxes.items():
            self.assertGreaterEqual(left, 0, css)
            self.assertLessEqual(left + width, 1281, css)
            self.assertGreater(height, 15, css)
        self.assertLess(boxes["#map"][1], 900, "the map begins on the first screen")
        overlaps = self.browser.js(
            "const rows = [...document.querySelectorAll('main > section')].map((s) => s.getBoundingClientRect());"
            "return rows.filter((r, i) => i > 0 && r.top < rows[i - 1].bottom - 1).length")
        self.assertEqual(overlaps, 0)

    def test_many_regions(self):
        scenario = pathlib.Path(Pages.folder) / "many.json"
        scenario.write_text(json.dumps({"e820": [
            {"start": hex(e["start"]), "end": hex(e["end"]), "type": e["type"]} for e in many_regions(Pages.many)]}))
        page = Pages.of("many", ["--e820", str(scenario), "--no-entry-limit"])
        size = page.stat().st_size
        print(f"  {Pages.many} regions: {size / MIB:.2f} MiB")
        self.assertLess(size, min(5_000_000, 400_000 + 60 * Pages.many))
        self.open("many")
        print("  first drawn after", self.browser.js(
            "return performance.getEntriesByType('paint').map((p) => `${p.name} ${p.startTime.toFixed(0)} ms`).join(', ')"))
        self.browser.click("#more-e820 button")
        self.assertEqual(self.browser.js("return document.querySelectorAll('#t-e820 tbody tr').length"), 1200)
        self.browser.click("#t-e820 thead th:nth-child(2) button")
        self.browser.type("#search", "5G" + ENTER)
        self.assertEqual(self.browser.text("#story h2"), "0x140000000")

    def test_first_paint(self):
        for name in MACHINES:
            self.open(name)
            print(f"  {name}:", self.browser.js(
                "return performance.getEntriesByType('paint').map((p) => `${p.name} ${p.startTime.toFixed(0)} ms`)"
                ".join(', ')"))
            if Pages.pictures:
                self.browser.picture(pathlib.Path(Pages.pictures) / f"{name}.png")


class OnAPhone(unittest.TestCase):
    """360 pixels wide."""

    def test_nothing_is_wider_than_the_screen(self):
        with Browser((360, 740), phone=True) as browser:
            for name in MACHINES:
                browser.open(Pages.of(name))
                self.assertEqual(browser.js("return document.documentElement.dataset.ready"), "true")
                self.assertEqual(browser.js("return innerWidth"), 360)
                self.assertLessEqual(browser.js("return document.documentElement.scrollWidth"), 360, name)
                browser.js("choose(0x1000000n)")
                self.assertLessEqual(browser.js("return byId('story').getBoundingClientRect().width"), 360)
                self.assertLessEqual(browser.js("return document.documentElement.scrollWidth"), 360, name)
                self.assertEqual(browser.complaints(), [])


    def test_two_fingers_zoom(self):
        with Browser((360, 740), phone=True) as browser:
            browser.open(Pages.of("nodes"))
            before = browser.js("const b = document.querySelector('.strip'); b.scrollIntoView({block: 'center'});"
                                "const at = b.getBoundingClientRect(); const send = (kind, id, x) => b.dispatchEvent("
                                "new PointerEvent(kind, {pointerId: id, pointerType: 'touch', clientX: at.left + x, "
                                "clientY: at.top + 9, bubbles: true}));"
                                "send('pointerdown', 1, 100); send('pointerdown', 2, 140); send('pointermove', 2, 220);"
                                "return strip.to - strip.from")
            self.assertAlmostEqual(before, 1 / 3)


class WithoutScripts(unittest.TestCase):
    """A document to read."""

    def test_everything_is_there(self):
        with Browser(scripts=False) as browser:
            browser.open(Pages.of("server"))
            for css in ("h1", ".figures li", "#map-box svg", "#t-where tbody tr", "#t-e820 tbody tr", "#t-steps tbody tr",
                        "#t-zones tbody tr", "#t-free tbody tr", "#t-tables tbody tr", "#t-events tbody tr"):
                self.assertTrue(browser.find(css), css)
            self.assertIn("MemTotal", browser.text("#where"))
            self.assertFalse(browser.find("#bar form"))
            self.assertEqual([m for m in browser.complaints() if not re.search("script", m, re.I)], [])


def main():
    arguments = sys.argv[1:]
    Pages.memmap = pathlib.Path(arguments.pop(0)).resolve()
    Pages.maps = pathlib.Path(arguments.pop(0)).resolve()
    if "--many" in arguments:
        at = arguments.index("--many")
        Pages.many = int(arguments[at + 1])
        del arguments[at:at + 2]
    if "--pictures" in arguments:
        at = arguments.index("--pictures")
        Pages.pictures = arguments[at + 1]
        del arguments[at:at + 2]
    try:
        Browser().__exit__()
    except Missing as why:
        print(why)
        return 77
    with tempfile.TemporaryDirectory(prefix="memmap-pages-") as folder:
        Pages.folder = folder
        return 0 if unittest.main(argv=["page_test.py", *arguments], exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
