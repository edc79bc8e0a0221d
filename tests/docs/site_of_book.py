"""The HTML site of share/doc: the book, the stages, the reference. book.py writes it (tools/docs).

A page loads nothing but its pictures, runs nothing, and its policy allows nothing else. Links between
pages, and a page that another names in code (`report.md`), lead to the page of the site.
"""

import base64
import hashlib
import html
import html.parser
import pathlib
import re
import shutil
import subprocess

import markdown

DOC = pathlib.Path(__file__).resolve().parent.parent.parent / "share/doc"
STAGES = DOC / "stages"

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1a1c1f; --faint: #5a6069; --line: #d8dce1; --box: #f4f6f8; --link: #0a58a8; --here: #e3edf8; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16191d; --ink: #e6e8ea; --faint: #a6adb5; --line: #3a4047; --box: #1f242a; --link: #8dbdf5; --here: #243447; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .92rem; }
nav p { margin: 1.2rem .5rem .3rem; color: var(--faint); font-size: .8rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav ul ul { padding-left: .9rem; font-size: .88rem; }
nav a { display: block; padding: .15rem .5rem; border-radius: .3rem; color: inherit; text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav a[aria-current] { background: var(--here); font-weight: 600; }
main { padding: 1.5rem 2.5rem 4rem; max-width: 64rem; }
footer a[rel=next] { margin-left: auto; }
main > p, main > ul, main > ol { max-width: 46rem; }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .6rem; }
h1 { margin-top: .5rem; }
code { font: .9em/1.4 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--box); padding: .05em .25em; border-radius: .2em; }
pre { line-height: 1.35; background: var(--box); border: 1px solid var(--line); border-radius: .4rem; padding: .8rem 1rem; overflow-x: auto; }
pre code { font-size: .82rem; background: none; padding: 0; }
pre b { color: var(--link); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border: 1px solid var(--line); }
th { background: var(--box); }
figure { margin: 1.5rem 0; }
img { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: .4rem; }
figcaption { color: var(--faint); font-size: .88rem; }
footer { display: flex; justify-content: space-between; gap: 1rem; margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.jump { display: none; }
@media (max-width: 50rem) {
  body { display: flex; flex-direction: column; }
  nav { order: 1; position: static; height: auto; border-right: 0; border-top: 1px solid var(--line); }
  main { padding: 1rem; max-width: 100%; }
  .jump { display: inline; }
  figure a { display: block; overflow-x: auto; }
  img { max-width: none; width: 46rem; }
}
@media print { nav, footer { display: none; } body { display: block; } }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'sha256-{digest}'">
<title>{title} - memmap</title>
<style>{style}</style>
</head>
<body>
<nav id="contents" aria-label="Contents">
{contents}
</nav>
<main>
<a class="jump" href="#contents">Contents</a>
{body}
<footer>{around}</footer>
</main>
</body>
</html>
"""


class Page:
    """A Markdown file and its place in the site, which is flat: a page of the stages is `stage-NAME.html`, their first `stages.html`."""

    def __init__(self, path):
        self.path = path
        self.name = path.stem + ".html"
        if path.parent == STAGES:
            self.name = "stages.html" if path.stem == "index" else f"stage-{path.stem}.html"
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"<!--.*?-->\n?", "", text, flags=re.S)
        converter = markdown.Markdown(extensions=["tables", "fenced_code", "toc"], output_format="html")
        self.body = converter.convert(text)
        tokens = converter.toc_tokens
        self.title = tokens[0]["name"] if tokens else path.stem
        self.sections = tokens[0]["children"] if tokens else []


def stage_paths():
    """In the order of the boot, as their index links to them."""
    index = STAGES / "index.md"
    named = re.findall(r"\]\(([\w-]+\.md)\)", index.read_text(encoding="utf-8"))
    return [index] + [STAGES / name for name in dict.fromkeys(named)]


def dressed(page, drawn, names):
    """The body for a reader: figures, tables and commands set out, links within the site. `names`: {path: page of the site}."""
    def link(found):
        target = (page.path.parent / found[1]).resolve()
        return f'href="{names.get(target, found[1])}{found[2] or ""}"'
    def figure(found):
        words, name = found["words"], found["name"]
        return (f'<figure><a href="pictures/{name}"><img src="pictures/{name}" alt="{words}"{size_of(drawn[name])}></a>'
                f"<figcaption>{words}</figcaption></figure>")
    body = re.sub(r'<p><img alt="(?P<words>[^"]*)" src="pictures/(?P<name>[^"]+)"\s*/?></p>', figure, page.body)
    body = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    body = re.sub(r"<pre>", '<pre tabindex="0">', body)
    body = re.sub(r"^((?:<pre[^>]*><code[^>]*>)?)(\$ (?:.*\\\n)*.*)$", r"\1<b>\2</b>", body, flags=re.M)
    return re.sub(r'href="([\w./-]+\.md)(#[^"]*)?"', link, body)


def linked(body, names):
    """The same with `report.md` in code as a link, unless it is one already or stands in a block."""
    def link(found):
        name = pathlib.PurePosixPath(found[1]).stem + ".html"
        return f'<a href="{name}">{found[0]}</a>' if name in names else found[0]
    pieces = re.split(r"(<pre.*?</pre>|<a .*?</a>|<h\d.*?</h\d>)", body, flags=re.S)
    return "".join(p if i % 2 else re.sub(r"<code>((?:share/doc/(?:book/)?)?[\w-]+\.md)</code>", link, p)
                   for i, p in enumerate(pieces))


def size_of(svg):
    """The picture's own size, so that a page does not jump while it loads."""
    found = re.search(rb'width="([\d.]+)(pt)?" height="([\d.]+)', svg)
    if not found:
        return ""
    scale = 4 / 3 if found[2] else 1
    return f' width="{float(found[1]) * scale:.0f}" height="{float(found[3]) * scale:.0f}"'


def contents(parts, here):
    def item(page):
        current = ' aria-current="page"' if page is here else ""
        row = f'<li><a href="{page.name}"{current}>{page.title}</a>'
        if page is here and page.sections:
            row += "<ul>" + "".join(f'<li><a href="#{s["id"]}">{s["name"]}</a></li>' for s in page.sections) + "</ul>"
        return row + "</li>"
    return "\n".join(f"<p>{title}</p>\n<ul>\n" + "\n".join(map(item, rows)) + "\n</ul>"
                     for title, rows in parts)


def around(order, page):
    """Links to the page before and the page behind."""
    at = order.index(page)
    before = f'<a href="{order[at - 1].name}" rel="prev">&larr; {order[at - 1].title}</a>' if at else ""
    behind = f'<a href="{order[at + 1].name}" rel="next">{order[at + 1].title} &rarr;</a>' if at + 1 < len(order) else ""
    return before + behind


class Links(html.parser.HTMLParser):
    """What a page has and where it leads."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.targets = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key == "id":
                self.ids.add(value)
            elif key in ("href", "src"):
                self.targets.append(value)


def faults_of_links(folder):
    of = {path.name: Links(path.read_text(encoding="utf-8")) for path in folder.glob("*.html")}
    for name, links in sorted(of.items()):
        for target in links.targets:
            if target.startswith(("https://", "http://")):
                continue
            file, _, place = target.partition("#")
            if not (folder / file).exists():
                yield f"{name}: a link leads nowhere: {target}"
            elif place and place not in of[file or name].ids:
                yield f"{name}: no such place: {target}"


def faults_of_html(folder):
    """What tidy says, where it is installed. Its HTML is older than aria-current, a proprietary attribute to it."""
    if not shutil.which("tidy"):
        return
    for path in sorted(folder.glob("*.html")):
        told = subprocess.run(["tidy", "-q", "-e", "-utf8", "--warn-proprietary-attributes", "no", path], capture_output=True, text=True, check=False).stderr
        yield from (f"{path.name}: {line}" for line in told.splitlines())


def write(folder, book_paths, drawn):
    """Writes the site, pictures ({name: SVG}) too, in place of what lies there; returns what is wrong with it."""
    book = [Page(path) for path in book_paths]
    stages = [Page(path) for path in stage_paths()]
    reference = [Page(path) for path in sorted(DOC.glob("*.md"))]
    order = book + stages + reference
    parts = (("The book", book), ("The stages", stages), ("Reference", reference))
    names = {page.path.resolve(): page.name for page in order}
    in_code = {page.name for page in book + reference}
    if len(set(names.values())) < len(order):
        return ["two pages have one name: the site is flat"]
    shutil.rmtree(folder / "pictures", ignore_errors=True)
    (folder / "pictures").mkdir(parents=True)
    for old in folder.glob("*.html"):
        old.unlink()
    for name, svg in drawn.items():
        (folder / "pictures" / name).write_bytes(svg)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    for page in order:
        text = PAGE.format(digest=digest, style=STYLE, title=page.title, contents=contents(parts, page),
                           body=linked(dressed(page, drawn, names), in_code), around=around(order, page))
        (folder / page.name).write_text(text, encoding="utf-8")
    return [*faults_of_links(folder), *faults_of_html(folder)]
