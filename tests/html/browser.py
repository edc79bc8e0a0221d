"""A headless Chromium that does what a reader does, over WebDriver: what a test needs of it and no more.

Raises Missing where Chromium or its driver is not installed.
"""

import base64
import json
import pathlib
import shutil
import subprocess
import time
import tempfile
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Missing(Exception):
    """There is no browser here."""


class Stale(RuntimeError):
    """The page has replaced the element since it was found."""


class Browser:
    """One session. `size`: of what a page is drawn in; `phone`: with a phone's screen and fingers."""

    def __init__(self, size=(1280, 900), scripts=True, phone=False):
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if not chromium or not driver:
            raise Missing("chromium or chromedriver is not installed")
        self.folder = tempfile.TemporaryDirectory(prefix="memmap-html-")
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True)
        port = None
        for line in self.driver.stdout:
            if "successfully on port" in line:
                port = int(line.rstrip().rstrip(".").rsplit(" ", 1)[1])
                break
        if port is None:
            self.close()
            raise Missing("chromedriver does not start")
        self.url = f"http://127.0.0.1:{port}/session"
        options = {"binary": chromium,
                   "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                            "--force-device-scale-factor=1", f"--window-size={size[0]},{size[1]}",
                            f"--user-data-dir={self.folder.name}"]}
        if not scripts:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        if phone:
            options["mobileEmulation"] = {"deviceMetrics": {"width": size[0], "height": size[1], "pixelRatio": 1}}
        always = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        try:
            answer = self._ask("POST", "", {"capabilities": {"alwaysMatch": always}})
        except Exception:
            self.close()
            raise
        self.url += "/" + answer["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._ask("DELETE", "")
        except OSError:
            pass
        self.close()

    def close(self):
        self.driver.terminate()
        self.driver.wait()
        self.driver.stdout.close()
        self.folder.cleanup()

    def _ask(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            told = json.load(error)["value"]
            raise (Stale if told["error"] == "stale element reference" else RuntimeError)(told["message"]) from None

    def open(self, path, place=""):
        self._ask("POST", "/url", {"url": "about:blank"})
        self._ask("POST", "/url", {"url": pathlib.Path(path).resolve().as_uri() + place})

    def js(self, script, *arguments):
        """What the body of a function returns."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, css):
        return [e[ELEMENT] for e in self._ask("POST", "/elements", {"using": "css selector", "value": css})]

    def one(self, css, patience=10):
        """The first such element; one that a click or a new address is about to make is waited for."""
        end = time.monotonic() + patience
        while not (found := self.find(css)):
            if time.monotonic() > end:
                raise AssertionError(f"nothing is {css}")
            time.sleep(0.02)
        return found[0]

    def text(self, css, patience=10):
        """What an element says; one that is replaced between being found and being read is found again."""
        end = time.monotonic() + patience
        while True:
            try:
                return self._ask("GET", f"/element/{self.one(css)}/text")
            except Stale:
                if time.monotonic() > end:
                    raise

    def click(self, css):
        """Clicks, and lets the page do what the click has queued: a link's new place is told to it later (hashchange)."""
        element = self.one(css)
        # A page's bar may lie over what is only just in view.
        self.js("arguments[0].scrollIntoView({block: 'center'})", {ELEMENT: element})
        self._ask("POST", f"/element/{element}/click")
        self._ask("POST", "/execute/async", {"script": "const done = arguments[0]; setTimeout(() => "
                                             "requestAnimationFrame(() => setTimeout(done)));", "args": []})

    def type(self, css, text):
        element = self.one(css)
        self._ask("POST", f"/element/{element}/clear")
        self._ask("POST", f"/element/{element}/value", {"text": text})

    def key(self, *keys):
        """Pressed wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def wheel(self, css, turned):
        where = {ELEMENT: self.one(css)}
        self._ask("POST", "/actions", {"actions": [{"type": "wheel", "id": "wheel", "actions": [
            {"type": "scroll", "x": 0, "y": 0, "deltaX": 0, "deltaY": turned, "origin": where}]}]})

    def complaints(self):
        """What the console says of errors and of broken policies."""
        return [e["message"] for e in self._ask("POST", "/se/log", {"type": "browser"})
                if e["level"] in ("SEVERE", "WARNING")]

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))
