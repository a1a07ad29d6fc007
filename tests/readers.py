#!/usr/bin/env python3
"""Reads the file that `relm calendar --format ics` writes with two parsers that are not ours, and compares what they understood
with `--format json`.

    tests/readers.py RELM

Needs `icalendar` and `vobject` from PyPI. Skips, and says so, without them."""

import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import icalendar
    import vobject
except ImportError as missing:
    print(f"skipped: {missing}; `pip install icalendar vobject`")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
from browser import nasty  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"


def run(relm, portfolio, today, form):
    command = [relm, "-C", str(portfolio), "--today", today, "calendar", "--format", form]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def promised(event):
    """Start and end as JSON tells them: the last day is included, an instant is not."""
    if event["all_day"]:
        day = datetime.date.fromisoformat
        return day(event["start"]), day(event["end"]) + datetime.timedelta(days=1)
    return instant(event["start"]), instant(event["end"])


def with_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    found = {}
    for event in calendar.walk("VEVENT"):
        assert not event.errors, event.errors
        start = event["DTSTART"].dt
        end = event["DTEND"].dt if "DTEND" in event else start
        assert str(event["UID"]) not in found, f"twice: {event['UID']}"
        found[str(event["UID"])] = (start, end, str(event["STATUS"]).lower(), str(event["SUMMARY"]))
    return str(calendar["X-WR-CALNAME"]), found


def with_vobject(text):
    calendar = vobject.readOne(text.decode())
    found = {}
    for event in calendar.contents.get("vevent", []):
        end = event.dtend.value if hasattr(event, "dtend") else event.dtstart.value
        found[event.uid.value] = (event.dtstart.value, end, event.status.value.lower(), event.summary.value)
    return calendar.contents["x-wr-calname"][0].value, found


def compare(relm, name, portfolio, today):
    text = run(relm, portfolio, today, "ics")
    assert text == run(relm, portfolio, today, "ics"), f"{name}: two exports differ"
    for line in text.split(b"\r\n"):
        assert len(line) <= 75 and b"\n" not in line, f"{name}: {line}"
        line.decode()
    view = json.loads(run(relm, portfolio, today, "json"))
    wanted = {event["uid"]: (*promised(event), event["status"]) for event in view["events"]}
    assert len(wanted) == len(view["events"]), f"{name}: a uid stands for two events"
    for reader, (title, found) in [("icalendar", with_icalendar(text)), ("vobject", with_vobject(text))]:
        assert {uid: event[:3] for uid, event in found.items()} == wanted, f"{name}: {reader} understands something else"
        assert title == view["name"], f"{name}: {reader} calls it {title!r}, not {view['name']!r}"
        for event in view["events"]:
            plain = "".join(c for c in " ".join(event["title"].split()) if c.isprintable())
            heard = "".join(c for c in " ".join(found[event["uid"]][3].split()) if c.isprintable())
            assert heard.endswith(plain), f"{name}: {reader} read {heard!r} for {plain!r}"
        print(f"{name}: {reader} reads {len(found)} events as they are meant")


def main():
    relm = str(pathlib.Path(sys.argv[1]).resolve())
    for name in ["quickstart", "northwind", "troubled"]:
        compare(relm, name, EXAMPLES / name, (EXAMPLES / name / ".today").read_text().strip())
    with tempfile.TemporaryDirectory() as folder:
        compare(relm, "nasty", nasty(pathlib.Path(folder)), "2026-03-02")


if __name__ == "__main__":
    main()
