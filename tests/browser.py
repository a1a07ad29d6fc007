#!/usr/bin/env python3
"""Opens the page that `relm calendar --format html` writes, and every kind of page of `relm site`, in a headless Chromium and
uses them as people do: with a keyboard, with a pointer, on a phone, in the dark, on paper, without scripts, and with names that
try to run as scripts. With the script of axe-core, it is asked what it finds hard to use.

    tests/browser.py RELM [--shots DIR] [--axe axe.min.js]

Speaks to the browser over a pipe, with nothing but Python's standard library. Skips, and says so, without a Chromium."""

import argparse
import base64
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
NORTHWIND = HERE / "examples" / "northwind"
TROUBLED = HERE / "examples" / "troubled"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--hide-scrollbars", "--remote-debugging-pipe",
]
EVIL = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
problems = []


def check(holds, what):
    if not holds:
        problems.append(what)
        print(f"  wrong: {what}")


class Browser:
    """A Chromium with one page."""

    def __init__(self, program, profile):
        command = ["sh", "-c", 'exec "$@" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null', "sh", program, *FLAGS]
        command += [f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.rest, self.number, self.session = b"", 0, None
        self.errors, self.requests, self.dialogs, self.loaded = [], [], 0, 0
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"]:
            self.call(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.rest:
            part = self.process.stdout.read1(1 << 20)
            if not part:
                raise SystemExit("the browser ended early")
            self.rest += part
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.process.stdin.write(json.dumps(message).encode() + b"\0")
        self.process.stdin.flush()
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.note(answer)

    def note(self, event):
        kind, about = event.get("method"), event.get("params", {})
        if kind == "Runtime.exceptionThrown":
            self.errors.append(about["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        elif kind == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.errors.append(about["entry"]["text"])
        elif kind == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
            self.errors.append(str(about["args"]))
        elif kind == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif kind == "Page.javascriptDialogOpening":
            self.dialogs += 1
        elif kind == "Page.loadEventFired":
            self.loaded += 1

    def js(self, text):
        found = self.call("Runtime.evaluate", expression=text, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise SystemExit(f"{text}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def open(self, page, fragment=""):
        # A new fragment alone would not load the page again.
        for address in ["about:blank", f"{page.as_uri()}#{fragment}"]:
            before = self.loaded
            self.call("Page.navigate", url=address)
            while self.loaded == before:
                self.note(self.receive())

    def size(self, width, height, dark=False, media=""):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def key(self, name):
        code = {"Enter": 13, " ": 32, "Tab": 9, "PageDown": 34, "PageUp": 33}.get(name, 0)
        extra = {"text": "\r"} if name == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=name, windowsVirtualKeyCode=code, **extra)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name, windowsVirtualKeyCode=code)

    def shot(self, file):
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        file.write_bytes(base64.b64decode(picture))

    def close(self):
        try:
            self.call("Browser.close")
        except (SystemExit, BrokenPipeError):
            pass
        self.process.wait(timeout=20)


def write_page(relm, portfolio, today, target):
    command = [relm, "-C", str(portfolio), "--today", today, "calendar", "--format", "html", "-o", str(target)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return target


def nasty(folder):
    """A portfolio whose every text wants to be markup."""
    quoted = json.dumps(EVIL)
    lines = json.dumps("\u001b[31mred\u001b[0m\ntwo, lines; \\ and עברית \u202eevil " + EVIL)
    (folder / "relm.yaml").write_text(
        f"kind: portfolio\nname: {quoted}\nstages: [prod]\nteams: [{{id: crew}}]\n"
        f"freezes:\n  - {{id: quiet, name: {quoted}, from: 2026-03-20, to: 2026-03-22, reason: {lines}}}\n"
    )
    (folder / "releases.yaml").write_text(
        f"kind: release\nid: lantern-1\nname: {quoted}\ntype: minor\nstatus: planned\nowner: crew\ntarget: 2026-04-10\n"
        f"phases:\n  - {{id: build, name: {quoted}, description: {lines}, start: 2026-03-02, duration: 5d}}\n"
        f"milestones:\n  - {{id: done, name: {lines}, date: 2026-03-09}}\n"
    )
    return folder


def large(folder, releases):
    """Five thousand events: each release has four phases and a target."""
    (folder / "relm.yaml").write_text("kind: portfolio\nname: Large\nstages: [prod]\nteams: [{id: crew}]\n")
    documents = []
    for number in range(releases):
        month, day = 1 + number % 12, 1 + number % 28
        phases = "".join(f"  - {{id: p{p}, name: Phase {p}, start: 2026-{month:02}-{day:02}, duration: {5 + p}d}}\n" for p in range(4))
        documents.append(
            f"kind: release\nid: r-{number:04}\ntype: minor\nstatus: planned\nowner: crew\ntarget: 2026-{month:02}-{day:02}\nphases:\n{phases}"
        )
    (folder / "releases.yaml").write_text("---\n".join(documents))
    return folder


def data_of(page):
    text = page.read_text(encoding="utf-8")
    return json.loads(text.split('id="data">', 1)[1].split("</script>", 1)[0])


def count_of(browser):
    """How many events are left after filters, by the page's own words."""
    words = browser.js("document.getElementById('count').textContent").replace(",", "")
    return int(words.split("·")[1].split()[0])


def uses(browser, page):
    print("keyboard, pointer and filters")
    data = data_of(page)
    browser.size(1400, 900)
    browser.open(page)
    check(count_of(browser) == len(data["events"]) > 100, "every event is there")
    check(browser.js("document.querySelector('[aria-current]').dataset.day") == data["today"], "today is marked")
    words = lambda e: json.dumps([e.get(key) for key in "trmdfpe"] + [data["kinds"][e["k"]]["name"]]).lower()
    browser.js("document.getElementById('q').focus()")
    browser.call("Input.insertText", text="teller")
    time.sleep(0.4)
    check(count_of(browser) == sum("teller" in words(e) for e in data["events"]) > 3, "the search finds what it should")
    check("q=teller" in browser.js("location.hash"), "the address tells the search")
    browser.js("document.getElementById('clear').click()")
    release = "core-2026.4"
    browser.js(f"(s => {{ s.value = '{release}'; s.dispatchEvent(new Event('change')); }})(document.getElementById('release'))")
    check(count_of(browser) == sum(e.get("r") == release for e in data["events"]) > 3, "the release filter works")
    browser.js("document.getElementById('clear').click()")
    browser.js("document.querySelector('input[value=phase]').click()")
    phase = next(i for i, kind in enumerate(data["kinds"]) if kind["id"] == "phase")
    check(count_of(browser) == sum(e["k"] != phase for e in data["events"]), "kinds can be left out")
    browser.open(page, "view=agenda&hide=phase&day=2026-12-05&q=go-live")
    rows = browser.js("[...document.querySelectorAll('.list .name')].map(e => e.textContent)")
    wanted = [e["t"] for e in data["events"] if "go-live" in words(e) and e["k"] != phase and e["a"] <= "2026-12-31" and e["b"] >= "2026-12-01"]
    check(sorted(rows) == sorted(wanted) != [], "an address brings back view, month and filters")

    browser.open(page, "day=2026-11-18")
    browser.js("document.querySelector('[aria-selected=true]').focus()")
    selected = lambda: browser.js("document.querySelector('[aria-selected=true]').dataset.day")
    for name, day in [("ArrowRight", "2026-11-19"), ("ArrowDown", "2026-11-26"), ("Home", "2026-11-23"), ("End", "2026-11-29"),
                      ("ArrowRight", "2026-11-30"), ("PageDown", "2026-12-30"), ("PageUp", "2026-11-30")]:
        browser.key(name)
        check(selected() == day, f"{name} goes to {day}, not {selected()}")
        check(browser.js("document.activeElement.dataset.day") == day, f"{name} keeps the focus in the grid")
    browser.key("Enter")
    check(browser.js("document.activeElement.id") == "panel", "Enter goes to the list of the day")
    check("30 November 2026" in browser.js("document.getElementById('panel-title').textContent"), "the panel names the day")
    bar = browser.js("(b => { b.scrollIntoView({block: 'center'}); const r = b.getBoundingClientRect(); return [r.x + 5, r.y + 5, b.title]; })(document.querySelector('.month .ev'))")
    for kind in ["mousePressed", "mouseReleased"]:
        browser.call("Input.dispatchMouseEvent", type=kind, x=bar[0], y=bar[1], button="left", clickCount=1)
    chosen = browser.js("document.querySelector('#panel .chosen h3').textContent")
    check(bar[2].startswith(chosen), f"a click shows the event: {chosen}")

    browser.open(page, "view=timeline&day=2026-11-18")
    browser.js("document.querySelector('[data-event][tabindex=\"0\"]').focus()")
    first = browser.js("document.activeElement.dataset.event")
    browser.key("ArrowRight")
    second = browser.js("document.activeElement.dataset.event")
    browser.key("ArrowDown")
    group = browser.js("document.activeElement.closest('.group') !== document.querySelector('.group')")
    check(first != second and group, "arrow keys move in the timeline")
    browser.key("Enter")
    title = browser.js("document.activeElement.title")
    check(title.startswith(browser.js("document.querySelector('#panel h3').textContent")), "Enter shows an event of the timeline")
    check(browser.js("document.querySelectorAll('[data-event][tabindex=\"0\"]').length") == 1, "the timeline is one stop of the Tab key")
    check(not browser.errors, f"no errors on the console: {browser.errors}")
    check(all(url.startswith(("file:", "about:")) for url in browser.requests), f"no network: {set(browser.requests)}")


def is_reachable(browser, page):
    print("names for screen readers")
    for view in ["month", "timeline", "agenda"]:
        browser.open(page, f"view={view}")
        nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
        value = lambda node, key: node.get(key, {}).get("value", "")
        seen = [(value(node, "role"), value(node, "name")) for node in nodes if not node.get("ignored")]
        roles = {role for role, _ in seen}
        must = {"banner", "main", "complementary", "search", "status", "heading"} | ({"grid", "row", "gridcell", "columnheader", "rowheader"} if view == "month" else set())
        check(must <= roles, f"{view}: no {must - roles}")
        nameless = [role for role, name in seen if role in ("button", "checkbox", "combobox", "searchbox", "textbox", "grid", "main", "complementary") and not name.strip()]
        check(not nameless, f"{view}: without a name: {nameless}")
        headings = browser.js("[...document.querySelectorAll('h1,h2,h3')].filter(h => h.offsetParent).map(h => h.tagName).slice(0, 2)")
        check(headings == ["H1", "H2"], f"{view}: headings begin {headings}")


def fits(browser, page, shots):
    print("phones, walls, the dark, and paper")
    for width, height in [(360, 780), (390, 844), (768, 1024), (1400, 900), (2560, 1440)]:
        for view in ["month", "timeline", "agenda"]:
            for dark in [False, True]:
                browser.size(width, height, dark)
                browser.open(page, f"view={view}")
                wide = browser.js("document.documentElement.scrollWidth")
                check(wide <= width, f"{view} at {width} is {wide} wide")
                ground = browser.js("getComputedStyle(document.body).backgroundColor")
                check((sum(map(int, ground[4:-1].split(",")[:3])) < 200) == dark, f"{view}: {ground} when dark is {dark}")
                if shots and width in (390, 1400, 2560):
                    browser.shot(shots / f"{view}-{width}-{'dark' if dark else 'light'}.png")
    browser.size(1400, 900)
    browser.open(page, "theme=dark")
    check(browser.js("getComputedStyle(document.body).backgroundColor") != "rgb(246, 247, 249)", "dark can be chosen")
    browser.size(1100, 760, dark=True, media="print")
    for view in ["month", "timeline", "agenda"]:
        browser.open(page, f"view={view}")
        check(browser.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is white")
        gone = browser.js("[...document.querySelectorAll('#filters, .tools, .panel, .bar-row .joined')].every(e => !e.checkVisibility())")
        check(gone, f"{view}: controls are not printed")
        if shots:
            browser.shot(shots / f"{view}-print.png")
    browser.size(1400, 900)


def works_without_scripts(browser, page):
    print("without scripts")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page)
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    rows = browser.call("DOM.querySelectorAll", nodeId=root, selector="noscript tbody tr")["nodeIds"]
    check(len(rows) == len(data_of(page)["events"]), f"{len(rows)} rows")
    browser.call("Emulation.setScriptExecutionDisabled", value=False)


def runs_nothing_else(browser, page):
    print("texts that want to be markup")
    browser.errors.clear()
    for view in ["month", "timeline", "agenda"]:
        browser.open(page, f"view={view}&day=2026-03-09")
        found = browser.js("[document.title, document.scripts.length, document.images.length, document.body.textContent.includes('onerror')]")
        check(EVIL in found[0] and found[1:] == [2, 0, True], f"{view}: {found}")
        check(browser.js("document.querySelectorAll('#sheet [data-event], #sheet .list .name').length") >= 2, f"{view}: the events are there")
    check(not browser.errors and not browser.dialogs, f"quiet: {browser.errors}")
    # The policy itself: a script and a style that somebody managed to put there do nothing.
    browser.js("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.owned = 1'}))")
    browser.js("document.body.insertAdjacentHTML('beforeend', '<p id=x style=\"color: red\">')")
    check(browser.js("[window.owned, getComputedStyle(document.getElementById('x')).color === 'rgb(255, 0, 0)']") == [None, False], "the policy holds")
    check(browser.errors, "errors on the console are noticed")
    browser.errors.clear()


def is_fast(browser, page):
    print("five thousand events")
    data = data_of(page)
    check(len(data["events"]) >= 5000, f"{len(data['events'])} events")
    begun = time.monotonic()
    browser.open(page, "view=timeline&span=12")
    took = time.monotonic() - begun
    check(took < 8, f"opened after {took:.1f} s")
    for view in ["month", "agenda", "timeline"]:
        click = f"document.querySelector('[data-set=\"view={view}\"]').click(); document.body.offsetHeight;"
        took = browser.js(f"(() => {{ const t = performance.now(); {click} return performance.now() - t; }})()")
        check(took < 5000, f"{view} drawn in {took:.0f} ms")
        print(f"  {view} of {len(data['events'])} events drawn in {took:.0f} ms")


PAGES = [
    "index", "todo", "calendar", "releases", "releases-2026", "environments", "projects", "metrics", "findings", "release/payments-2026.4",
    "release/q4-2026", "release/core-2026.3", "person/carol", "person/qa", "environment/uat-1", "environment/prod", "project/core-banking",
]


def write_site(relm, portfolio, today, target):
    command = [relm, "-C", str(portfolio), "--today", today, "site", str(target)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return target


def judged(browser, axe, where):
    """What axe-core finds that keeps people from using a page."""
    browser.js(axe)
    found = browser.js("axe.run(document, {preload: false, resultTypes: ['violations']}).then(r => r.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.any.map(a => a.message).join('; ').slice(0, 200))]))")
    for impact, rule, nodes in found:
        if impact in ("serious", "critical"):
            check(False, f"{where}: {impact}: {rule}: {nodes}")


def site_fits(browser, site, pages, axe, shots):
    print("the site on phones, walls and in the dark")
    browser.errors.clear()
    browser.requests.clear()
    for page in pages:
        for width, height in [(360, 780), (1280, 900), (2560, 1440)]:
            for dark in [False, True]:
                where = f"{page} at {width}{' dark' if dark else ''}"
                browser.size(width, height, dark)
                browser.open(site / f"{page}.html")
                wide = browser.js("document.documentElement.scrollWidth")
                check(wide <= width, f"{where} is {wide} wide")
                if shots:
                    browser.shot(shots / f"site-{page.replace('/', '-')}-{width}-{'dark' if dark else 'light'}.png")
                check(not browser.errors, f"{where}: {browser.errors}")
                browser.errors.clear()
                if axe and width != 2560:
                    judged(browser, axe, where)
    check(all(url.startswith(("file:", "about:")) for url in browser.requests), f"no network: {set(browser.requests)}")
    browser.size(1100, 760, dark=True, media="print")
    browser.open(site / "index.html")
    check(browser.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is white")
    check(browser.js("!document.querySelector('.top nav').checkVisibility()"), "the navigation is not printed")


def site_is_used(browser, site):
    print("search, colours and filter of the site")
    browser.size(1280, 900)
    browser.open(site / "release/payments-2026.4.html")
    check("16 Nov 2026" in browser.js("document.getElementById('as-of').textContent"), "every page says of which day it is")
    browser.key("Tab")
    check(browser.js("document.activeElement.className") == "skip", "the first stop skips to the content")
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="/", text="/")
    check(browser.js("document.activeElement.id") == "q", "/ goes to the search")
    browser.call("Input.insertText", text="uat-1")
    time.sleep(0.4)
    first = browser.js("document.querySelector('#found [role=option] b').textContent")
    check(first == "uat-1", f"the search finds {first}")
    browser.key("ArrowDown")
    check(browser.js("document.getElementById('q').getAttribute('aria-activedescendant')") == "found-0", "arrow keys choose")
    before = browser.loaded
    browser.key("Enter")
    while browser.loaded == before:
        browser.note(browser.receive())
    check(browser.js("location.pathname").endswith("environment/uat-1.html"), "Enter opens what was found")
    for word, address in [("carol", "person/carol.html"), ("code-complete payments", "release/payments-2026.4.html")]:
        browser.js(f"(q => {{ q.focus(); q.value = '{word}'; q.dispatchEvent(new Event('input')); }})(document.getElementById('q'))")
        time.sleep(0.4)
        found = browser.js("document.querySelector('#found [role=option]')?.dataset.address")
        check(found and found.split("#")[0].endswith(address), f"{word} finds {found}")
    browser.open(site / "release/payments-2026.4.html")
    browser.js("document.querySelector('.head a[href*=calendar]').click()")
    time.sleep(1)
    check(browser.js("document.getElementById('release').value") == "payments-2026.4", "a release leads to its days on the calendar")
    browser.open(site / "calendar.html", "view=agenda&day=2026-12-12&release=payments-2026.4")
    check(browser.js("[...document.querySelectorAll('#panel-list a')].every(a => a.getAttribute('href') === 'release/payments-2026.4.html')"), "the calendar leads to releases")
    check(browser.js("document.querySelectorAll('#panel-list a').length") > 0, "events of the calendar are linked")
    browser.size(360, 780)
    browser.open(site / "releases.html")
    roles = [node["role"]["value"] for node in browser.call("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
    for role, least in [("table", 1), ("row", 10), ("columnheader", 8), ("rowheader", 8), ("cell", 40)]:
        check(roles.count(role) >= least, f"{role} on a phone: {roles.count(role)}")
    browser.size(1280, 900)
    browser.open(site / "index.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = browser.js(ground)
    browser.js("document.getElementById('theme').click(); document.getElementById('theme').click()")
    check(browser.js(ground) != light, "dark can be chosen")
    browser.js("localStorage.clear()")
    browser.open(site / "todo.html")
    shown = "[...document.querySelectorAll('#needs tbody tr')].filter(r => r.checkVisibility()).length"
    everybody = browser.js(shown)
    browser.js("(s => { s.value = 'carol'; s.dispatchEvent(new Event('change')); })(document.querySelector('#whose select'))")
    check(0 < browser.js(shown) < everybody, "one person's things can be shown alone")
    browser.js("localStorage.clear()")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(site / "index.html")
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    check(browser.js("document.querySelectorAll('.rows li').length") > 8, "pages are whole without scripts")
    check(not browser.js("document.getElementById('search').checkVisibility()"), "what needs scripts is not offered without")
    check(not browser.errors, f"no errors on the console: {browser.errors}")


def site_runs_nothing_else(browser, site):
    print("texts on the site that want to be markup")
    browser.errors.clear()
    for page in ["index", "releases", "release/lantern-1", "findings", "todo"]:
        browser.open(site / f"{page}.html")
        found = browser.js("[document.title.includes('owned'), document.scripts.length, document.images.length]")
        check(found[1:] == [2, 0], f"{page}: {found}")
        check(browser.js("document.title") != "owned", f"{page}: nothing ran")
    check(not browser.errors and not browser.dialogs, f"quiet: {browser.errors}")
    browser.js("document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.owned = 1'}))")
    check(browser.js("window.owned") is None, "the policy holds")
    browser.errors.clear()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("relm")
    parser.add_argument("--shots", type=pathlib.Path, help="keep pictures of the page in this folder")
    parser.add_argument("--axe", type=pathlib.Path, help="the script of axe-core")
    options = parser.parse_args()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        print("skipped: there is no Chromium")
        return 0
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    relm = str(pathlib.Path(options.relm).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ["nasty", "large"]:
            (folder / name).mkdir()
        page = write_page(relm, NORTHWIND, (NORTHWIND / ".today").read_text().strip(), folder / "northwind.html")
        evil = write_page(relm, nasty(folder / "nasty"), "2026-03-02", folder / "nasty.html")
        many = write_page(relm, large(folder / "large", 1000), "2026-03-02", folder / "large.html")
        site = write_site(relm, NORTHWIND, (NORTHWIND / ".today").read_text().strip(), folder / "site")
        troubled = write_site(relm, TROUBLED, (TROUBLED / ".today").read_text().strip(), folder / "troubled")
        evil_site = write_site(relm, folder / "nasty", "2026-03-02", folder / "evil")
        axe = options.axe.read_text(encoding="utf-8") if options.axe and options.axe.is_file() else None
        if not axe:
            print("axe-core is not at hand: nobody asks it")
        browser = Browser(program, folder / "profile")
        try:
            uses(browser, page)
            is_reachable(browser, page)
            fits(browser, page, options.shots)
            works_without_scripts(browser, page)
            runs_nothing_else(browser, evil)
            is_fast(browser, many)
            site_fits(browser, site, PAGES, axe, options.shots)
            site_fits(browser, troubled, ["index", "findings"], axe, None)
            site_is_used(browser, site)
            site_runs_nothing_else(browser, evil_site)
        finally:
            browser.close()
    print("the pages work" if not problems else f"{len(problems)} things are wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
