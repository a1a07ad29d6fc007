#!/usr/bin/env python3
"""Computes metrics from the YAML alone, by other code than relm's, and compares them with `relm report dora` and `kpi`.

    tests/metrics.py RELM [PORTFOLIO…]

Without portfolios: `examples/northwind` and portfolios made by chance. Needs PyYAML; skips, says so and ends with 77 without it."""

import datetime as dt
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import zoneinfo

try:
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}; `pip install pyyaml`")
    sys.exit(77)

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
DAY = dt.timedelta(days=1)


class Loader(yaml.SafeLoader):
    """Scalars stay the text that was written."""


Loader.yaml_implicit_resolvers = {}


def load(folder):
    documents = []
    for path in sorted(folder.rglob("*.y*ml")):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            documents += [it for it in yaml.load_all(path.read_text(), Loader) if it]
    return documents


def date(text):
    return dt.date.fromisoformat(text[:10])


def is_day(text):
    return len(text) == 10


def zone(name):
    return zoneinfo.ZoneInfo(name or "UTC")


def instant(text, tz):
    if is_day(text):
        text += "T00:00"
    moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=tz)
    return moment.astimezone(dt.timezone.utc)


def local_day(text, tz):
    return date(text) if is_day(text) else instant(text, tz).astimezone(tz).date()


def hours(length):
    return length.total_seconds() / 3600


def median(values):
    return statistics.median(values) if values else None


def share(flags):
    return sum(flags) / len(flags) if flags else None


def minutes(text):
    total, number = 0, ""
    for c in text:
        if c.isdigit():
            number += c
        else:
            total, number = total + int(number) * {"h": 60, "m": 1}[c], ""
    return total


class Portfolio:
    def __init__(self, folder):
        self.by_kind = {}
        for document in load(folder):
            self.by_kind.setdefault(document["kind"], []).append(document)
        self.settings = self.by_kind["portfolio"][0]
        self.zone = zone(self.settings.get("timezone"))
        self.production = self.settings["stages"][-1]
        self.environments = {it["id"]: it for it in self.by_kind.get("environment", [])}
        self.projects = {it["id"] for it in self.by_kind.get("project", [])}
        self.releases = {it["id"]: it for it in self.by_kind.get("release", [])}
        self.changes = {it["id"]: it for it in self.by_kind.get("change", [])}

    def entries(self, kind):
        return [entry for log in self.by_kind.get(kind, []) for entry in log.get("entries") or []]

    def zone_at(self, environment):
        named = self.environments.get(environment, {}).get("timezone")
        return zone(named) if named else self.zone

    def family(self, release):
        found = {release}
        while True:
            more = {it["id"] for it in self.releases.values() if it.get("part_of") in found} - found
            if not more:
                return found
            found |= more

    def around(self, release):
        """What a release is part of, the nearest first."""
        found = []
        while (release := self.releases.get(release, {}).get("part_of")) in self.releases and release not in found:
            found.append(release)
        return found

    def by_parts(self, release, has):
        """Whether a part counts in the place of a release."""
        parts = [self.releases[it] for it in self.family(release["id"]) - {release["id"]}]
        return any(it.get("status") != "cancelled" and has(it) for it in parts)


def production(p):
    found = []
    for entry in p.entries("deployments"):
        place = p.environments.get(entry["environment"])
        if not place or place["stage"] != p.production or entry["project"] not in p.projects:
            continue
        tz = p.zone_at(entry["environment"])
        found.append({**entry, "_at": instant(entry["at"], tz), "_day": local_day(entry["at"], tz), "_zone": tz})
    return found


def cause(p, shipped, incident):
    """The deployment that an incident names."""
    named = incident.get("caused_by")
    if not named:
        return None
    for it in shipped:
        if it.get("id") == named:
            return it
    if any(it.get("id") == named for it in p.entries("deployments")) or named not in p.releases:
        return None
    tz = p.zone_at(incident.get("environment"))
    opened = instant(incident["opened"], tz)
    there = [
        (it["_at"], place, it) for place, it in enumerate(shipped)
        if it["project"] == incident.get("project") and it["environment"] == incident.get("environment", it["environment"])
        and it["_at"] <= opened and it["result"] != "aborted"
    ]
    return max(there, key=lambda it: it[:2])[2] if there else None


def dora(p, since, until, project=None):
    ever = [it for it in production(p) if project in (None, it["project"])]
    shipped = [it for it in ever if since <= it["_day"] <= until and it["result"] != "aborted"]
    good = [it for it in shipped if it["result"] == "succeeded"]
    leads = []
    for it in good:
        if it.get("committed_at") and it.get("reason") != "rollback":
            lead = it["_at"] - instant(it["committed_at"], it["_zone"])
            leads += [hours(lead)] if lead >= dt.timedelta(0) else []
    all_shipped, recovery, failed = production(p), [], set()
    for incident in p.entries("incidents"):
        it = cause(p, all_shipped, incident)
        mine = [own for own in shipped if own is not None and it is not None and own["_at"] == it["_at"] and own == it]
        if not mine:
            continue
        failed.add(mine[0]["id"])
        if incident.get("restored"):
            length = instant(incident["restored"], p.zone_at(incident.get("environment"))) - it["_at"]
            recovery += [hours(length)] if length >= dt.timedelta(0) else []
    failures = [it["result"] in ("failed", "rolled-back") or it.get("id") in failed for it in shipped]
    weeks = ((until - since).days + 1) / 7
    return {
        "change_lead_time": median(leads),
        "deployment_frequency": len(good) / weeks if ever else None,
        "failed_deployment_recovery_time": median(recovery),
        "change_fail_rate": share(failures),
        "deployment_rework_rate": share([it.get("reason") == "fix" for it in shipped]),
    }


def duration_days(text):
    assert text.endswith("d"), text
    return int(text[:-1])


def planned(p, release):
    """First and last planned day, of releases whose first and last phase say them, parts included."""
    phases = [phase for it in p.family(release["id"]) for phase in p.releases[it].get("phases") or []]
    if not phases:
        return None, (date(release["target"]) if "target" in release else None)
    starts = [date(it["start"]) for it in phases if "start" in it]
    ends = [date(it["end"]) for it in phases if "end" in it]
    ends += [date(it["start"]) for it in phases if "start" in it and it.get("duration") == "1d"]
    assert starts and ends, release["id"]
    return min(starts), max(ends)


def live(p):
    return [it for it in p.releases.values() if it.get("status") != "cancelled"]


def actual(release, end):
    written = (release.get("actual") or {}).get(end)
    return date(written) if written else None


def of_releases(p, since, until):
    ended = [it for it in live(p) if actual(it, "end") and since <= actual(it, "end") <= until]
    ended = [it for it in ended if not p.by_parts(it, lambda part: actual(part, "end"))]
    began = [it for it in live(p) if actual(it, "start") and since <= actual(it, "start") <= until]
    began = [it for it in began if not p.by_parts(it, lambda part: actual(part, "start"))]
    on_time = [actual(it, "end") <= date(it["target"]) for it in ended if "target" in it]
    variance, slips, cycles = [], [], []
    for it in ended:
        (first, last), (start, end) = planned(p, it), (actual(it, "start"), actual(it, "end"))
        slips += [(end - last).days] if last else []
        if start and start <= end:
            cycles.append((end - start).days + 1)
            if first:
                plan = (last - first).days + 1
                variance.append(((end - start).days + 1 - plan) / plan)
    delays = [(actual(it, "start") - planned(p, it)[0]).days for it in began if planned(p, it)[0]]
    return {
        "on_time_rate": share(on_time),
        "schedule_variance": median(variance),
        "start_delay": median(delays),
        "end_slip": median(slips),
        "release_cycle_time": median(cycles),
    }


def carriers(p, change):
    found = [change["release"]] if change.get("release") in p.releases else []
    for release in p.releases.values():
        for item in release.get("scope") or []:
            if change["id"] in (item.get("changes") or []) and release["id"] not in found:
                found.append(release["id"])
    return found


def last_day(text):
    if not is_day(text) and text[11:16] == "00:00":
        return date(text) - DAY
    return date(text)


def change_day(p, change, today):
    """The day a closed change is counted on, never one that is still to come."""
    carrying = [p.releases[it] for it in carriers(p, change)]
    carrying = [it for it in carrying if it.get("status") != "cancelled"]
    ways = [
        [last_day(change["window"]["end"])] if "window" in change else [],
        [actual(it, "end") for it in carrying],
        [date(it["target"]) for it in carrying if "target" in it],
        [date(it["at"]) for it in change.get("approvals") or [] if "at" in it],
    ]
    for days in ways:
        days = [day for day in days if day and day <= today]
        if days:
            return max(days)
    return None


def holds_role(p, entry):
    return any(it["id"] == entry["by"] and entry["role"] in (it.get("roles") or []) for it in p.settings.get("people") or [])


def own_work(p, owner, entry):
    if not p.settings.get("approvals", {}).get("separation_of_duties") == "true":
        return False
    people = {it["id"]: it for it in p.settings.get("people") or []}
    return owner is not None and (owner == entry["by"] or people.get(entry["by"], {}).get("team") == owner)


def approved(p, change, at):
    """Whether a change stood approved; only for portfolios without decisions that contradict each other."""
    if change.get("type") == "standard":
        return change.get("status") != "rejected"
    made = [it for it in change.get("approvals") or [] if "at" not in it or instant(it["at"], p.zone) <= at]
    if any(it.get("decision") == "rejected" for it in made) or change.get("status") == "rejected":
        return False
    good = [it for it in made if holds_role(p, it) and not own_work(p, change.get("owner"), it)]
    later = [it for it in change.get("approvals") or [] if it not in made and holds_role(p, it)]
    return bool(good) or (change.get("status") in ("approved", "implemented", "closed") and not later)


def carried(p, shipped):
    """The changes about a project that the release of a deployment carries, with what it is part of and its parts."""
    release, project, found = shipped.get("release"), shipped["project"], []
    if release not in p.releases:
        return found
    parts = p.family(release) - {release}
    for owner in [release, *p.around(release), *parts]:
        items = [item for item in p.releases[owner].get("scope") or [] if item["project"] == project]
        listed = {change for item in items for change in item.get("changes") or []}
        for change in p.changes.values():
            if owner not in carriers(p, change) or change in found:
                continue
            about_all = "project" not in change and (owner not in parts or items)
            if change.get("project") == project or about_all or change["id"] in listed:
                found.append(change)
    return found


def began(shipped):
    text = shipped.get("started") or shipped["at"]
    return instant(text, shipped["_zone"]) + (DAY if is_day(text) else dt.timedelta(0))


def of_changes(p, since, until, today):
    closed = [it for it in p.changes.values() if it.get("status") == "closed" and change_day(p, it, today)]
    closed = [it for it in closed if since <= change_day(p, it, today) <= until]
    outcome = lambda word: share([it.get("outcome") == word for it in closed])
    shipped = [it for it in production(p) if since <= it["_day"] <= until and it["result"] != "aborted"]
    wrong = []
    for it in shipped:
        mine = carried(p, it)
        allowed = mine and all(approved(p, change, began(it)) for change in mine)
        wrong.append(it.get("reason") != "rollback" and not allowed)
    return {
        "emergency_ratio": share([it.get("type") == "emergency" for it in closed]),
        "change_success": outcome("successful"),
        "backed_out_rate": outcome("backed-out"),
        "unauthorised_rate": share(wrong) if p.changes else None,
    }


def decisions(p, entries, at):
    """The latest decision of each person up to an instant, of gates with one role."""
    made = sorted(((instant(it["at"], p.zone), place, it) for place, it in enumerate(entries or [])), key=lambda it: it[:2])
    genuine = lambda it: it.get("decision") == "rejected" or holds_role(p, it)
    held = {}
    for _, _, it in [it for it in made if it[0] <= at]:
        if genuine(it) or not genuine(held.get(it["by"], it)):
            held[it["by"]] = it
    return list(held.values())


def counts(p, entry):
    return entry.get("decision") != "rejected" and holds_role(p, entry)


def of_gates(p, since, until):
    """For portfolios whose gates lie before production, demand one approval of one role, and have dates."""
    ever = dt.datetime.max.replace(tzinfo=dt.timezone.utc)
    first_pass, waits, covered = [], [], []
    for release in live(p):
        for gate in release.get("gates") or []:
            entries = gate.get("approvals") or []
            held = decisions(p, entries, ever)
            refused = any(it.get("decision") == "rejected" for it in entries)
            passed = any(counts(p, it) for it in held) and not any(it.get("decision") == "rejected" for it in held)
            if not entries or not (passed or refused):
                continue
            last = max(entries, key=lambda it: instant(it["at"], p.zone))["at"]
            day, moment = local_day(last, p.zone), instant(last, p.zone)
            if not since <= day <= until:
                continue
            first_pass.append(passed and not refused)
            if "submitted" in gate:
                asked = gate["submitted"]
                waited = (day - local_day(asked, p.zone)).days * 24 if is_day(last) else hours(moment - instant(asked, p.zone))
                waits += [waited] if waited >= 0 else []
            else:
                due = date(gate["due"])
                over = instant(str(due + DAY), p.zone)
                waits.append(max(0, (day - due).days * 24 if is_day(last) else hours(moment - over)))
    for it in production(p):
        if not since <= it["_day"] <= until or it["result"] == "aborted":
            continue
        if it.get("release") not in p.releases:
            covered.append(False)
            continue
        lists = [it["approvals"] if "approvals" in it else [] for it in carried(p, it) if it.get("type") != "standard"]
        for owner in [it["release"], *p.around(it["release"])]:
            if p.releases[owner].get("status") != "cancelled":
                lists += [gate.get("approvals") or [] for gate in p.releases[owner].get("gates") or []]
        if lists:
            held = [decisions(p, entries, began(it)) for entries in lists]
            covered.append(all(own and all(counts(p, entry) for entry in own) for own in held))
    return {
        "gate_first_pass_yield": share(first_pass),
        "gate_waiting_time": median(waits),
        "approval_coverage": share(covered),
    }


def of_hypercare(p, since, until):
    """For portfolios that work from Monday to Friday."""
    watched = lambda it: actual(it, "end") and "hypercare" in (it.get("support") or {})
    live_place = lambda it: p.environments.get(it["environment"], {}).get("stage") == p.production
    shipped, found = [it for it in p.entries("deployments") if live_place(it)], []
    ids = {it.get("id") for it in p.entries("deployments")}
    for release in filter(watched, live(p)):
        left, last = duration_days(release["support"]["hypercare"]), actual(release, "end")
        while left:
            last += DAY
            left -= last.weekday() < 5
        if not since <= last <= until or p.by_parts(release, watched):
            continue
        family, caused = p.family(release["id"]), 0
        for incident in p.entries("incidents"):
            named = incident.get("caused_by")
            if named in ids:
                deployed = next((it for it in shipped if it.get("id") == named), {})
                blamed = deployed.get("release")
            else:
                place = p.environments.get(incident.get("environment"))
                blamed = None if place and place["stage"] != p.production else named
                blamed = blamed if "project" in incident else named
            day = local_day(incident["opened"], p.zone_at(incident.get("environment")))
            caused += blamed in family and actual(release, "end") <= day <= last
        found.append(caused)
    return {"hypercare_incidents": statistics.mean(found) if found else None}


def of_pipelines(p, since, until):
    runs = {}
    for it in p.entries("pipelines"):
        if it.get("result", "succeeded") == "succeeded" and it["project"] in p.projects:
            runs.setdefault((it["project"], it.get("name", "")), []).append(it)
    builds, slow_runs, slow = [], [], []
    for (_, name), own in runs.items():
        own.sort(key=lambda it: instant(it["at"], p.zone))
        own = [(local_day(it["at"], p.zone), minutes(it["duration"])) for it in own]
        own = [(day, length) for day, length in own if day <= until]
        builds += [length for day, length in own if name == "build" and since <= day]

        def outlier(nth):
            before = [length for _, length in own[max(0, nth - 30):nth]]
            middle = statistics.median(before)
            deviation = statistics.median([abs(length - middle) for length in before])
            return own[nth][1] > middle + max(3 * 1.4826 * deviation, 1, 0.05 * middle)

        slow_runs += [outlier(nth) for nth in range(10, len(own)) if since <= own[nth][0]]
        if len(own) >= 20 and since <= own[-1][0]:
            lengths = [length for _, length in own]
            grew = statistics.median(lengths[-10:]) > 1.25 * statistics.median(lengths[-40:-10])
            slow.append(grew or outlier(len(own) - 1))
    return {"build_duration": median(builds), "slow_runs": share(slow_runs), "slow_pipelines": share(slow)}


def of_operations(p, since, until, today):
    off = plan = 0
    for run in p.by_kind.get("run", []):
        if run.get("rehearsal") == "true" or p.releases.get(run["release"], {"status": "cancelled"}).get("status") == "cancelled":
            continue
        steps = {it["id"]: it for it in p.releases[run["release"]].get("deployment", {}).get("steps") or []}
        times = {}
        for it in run["entries"]:
            times.setdefault(it["step"], {})[it["event"]] = dt.datetime.fromisoformat(it["at"])
        for step, at in times.items():
            if "started" in at and "finished" in at and since <= at["finished"].date() <= until and "duration" in steps.get(step, {}):
                length = (at["finished"] - at["started"]).total_seconds() / 60
                if length >= 0:
                    wanted = minutes(steps[step]["duration"])
                    off, plan = off + abs(length - wanted), plan + wanted
    sent, done = [], []
    for release in [it for it in live(p) if it.get("status", "draft") != "draft"]:
        for it in release.get("communications") or []:
            if "at" in it and not it["at"].startswith("target") and since <= date(it["at"]) <= until:
                if "sent" in it or date(it["at"]) <= today:
                    sent.append("sent" in it and local_day(it["sent"], p.zone) <= date(it["at"]))
        for it in release.get("training") or []:
            if "at" in it and not it["at"].startswith("target") and since <= date(it["at"]) <= until:
                if it.get("status") == "done" or date(it["at"]) <= today:
                    done.append(it.get("status") == "done")
    scores = sorted((it for it in p.by_kind.get("assessment", []) if date(it["date"]) <= until), key=lambda it: it["date"])
    scores = [int(score) for score in scores[-1]["scores"].values()] if scores else []
    return {
        "deployment_plan_accuracy": 1 - off / plan if plan else None,
        "communications_on_time": share(sent),
        "training_on_time": share(done),
        "maturity": statistics.mean(scores) if scores else None,
        "maturity_minimum": min(scores) if scores else None,
    }


def of_environments(p, since, until):
    """Day by day; for portfolios that book whole days in UTC by phases with both ends, and nothing else."""
    available = booked = demanded = above = 0
    for place in p.environments.values():
        capacity = int(place.get("capacity", 1))
        day = since
        while day <= until:
            down = any(date(it["from"]) <= day <= date(it["to"]) for it in place.get("outages") or [])
            wanted = 0
            for release in live(p):
                units = [
                    int(use.get("units", 1))
                    for phase in release.get("phases") or [] if date(phase["start"]) <= day <= date(phase["end"])
                    for use in phase.get("environments") or [] if use["id"] == place["id"]
                ]
                wanted += max(units, default=0) if release.get("status", "draft") != "draft" else 0
            available += 0 if down else capacity
            booked += 0 if down else min(wanted, capacity)
            demanded, above = demanded + wanted, above + max(0, wanted - capacity)
            day += DAY
    lead = []
    for release in live(p):
        for phase in release.get("phases") or []:
            for _ in phase.get("environments") or []:
                days = (date(phase["start"]) - date(release.get("announced", "9999-01-01"))).days
                if since <= date(phase["start"]) <= until and days >= 0 and release.get("status", "draft") != "draft":
                    lead.append(days)
    return {
        "environment_utilisation": booked / available if available else None,
        "environment_idle": 1 - booked / available if available else None,
        "environment_contention": above / demanded if demanded else None,
        "booking_lead_time": median(lead),
    }


def of_dependencies(p, since, until):
    late, found = 0, False
    for name in {name for release in live(p) for name in release.get("depends_on") or []}:
        other = p.releases[name]
        end = actual(other, "end")
        if end and since <= end <= until:
            promised = date(other["target"]) if "target" in other else planned(p, other)[1]
            if promised:
                late, found = late + max(0, (end - promised).days), True
    return {"dependency_slip": late if found else None}


def compare(relm, name, folder, today, since, until, generated):
    p = Portfolio(folder)
    base = [relm, "-C", str(folder), "--today", today, "report"]
    days = ["--since", str(since), "--until", str(until), "--format", "json"]

    def report(what, *more):
        run = subprocess.run([*base, what, *days, *more], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(run.stdout)

    def hold(where, metrics, wanted):
        values = {it["id"]: it["value"] for it in metrics}
        for metric, value in wanted.items():
            found = values[metric]
            same = value is None and found is None or None not in (value, found) and abs(found - value) < 2e-6
            assert same, f"{name} {where} {since}..{until}: {metric} is {found}, and {value} by the YAML alone"
        return len(wanted)

    view, count = report("dora", "--by", "project"), 0
    count += hold("all", view["metrics"], dora(p, since, until))
    for group in view["groups"]:
        count += hold(group["id"], group["metrics"], dora(p, since, until, group["id"]))
    quiet = p.projects - {group["id"] for group in view["groups"]}
    assert not any(it["project"] in quiet for it in production(p)), f"{name}: a project with deployments is not told"
    wanted = {**of_releases(p, since, until), **of_changes(p, since, until, date(today)), **of_pipelines(p, since, until)}
    wanted |= of_operations(p, since, until, date(today))
    if generated is not None:
        wanted |= {**of_gates(p, since, until), **of_hypercare(p, since, until)}
    if generated:
        wanted |= {**of_environments(p, since, until), **of_dependencies(p, since, until)}
    return count + hold("all", report("kpi")["metrics"], wanted)


def generate(folder, seed):
    """A portfolio with a little of everything, and with what people write wrongly."""
    r = random.Random(seed)
    first = dt.date(2026, 1, 5)
    day = lambda: first + r.randrange(300) * DAY
    moment = lambda of: f"{of}T{r.randrange(24):02}:{r.randrange(60):02}" + r.choice(["", "", "", "Z", "+02:00"])
    zones = ["Europe/London", "America/New_York", "Asia/Kolkata"]
    settings = {
        "kind": "portfolio", "stages": ["test", "prod"], "timezone": r.choice(zones + ["UTC"]) if seed % 2 else "UTC",
        "roles": ["board"], "people": [{"id": "ann", "roles": ["board"]}, {"id": "bo"}], "teams": [{"id": "crew", "capacity": 3}],
    }
    documents = [settings]
    projects = [f"p{n}" for n in range(r.randrange(1, 5))]
    documents += [{"kind": "project", "id": it} for it in projects]
    # Bookings by days are only the same everywhere where there is one zone.
    place = lambda name, stage: {"kind": "environment", "id": name, "stage": stage, "capacity": r.randrange(1, 4)} | (
        {"timezone": r.choice(zones)} if seed % 2 and r.random() < 0.5 else {}
    )
    places = [place("t1", "test"), place("t2", "test"), place("live", "prod"), place("far", "prod")]
    for it in places:
        if r.random() < 0.4:
            start = day()
            it["outages"] = [{"from": str(start), "to": str(start + r.randrange(20) * DAY)}]
    releases = []
    for n in range(r.randrange(0, 14)):
        start = day()
        target = start + r.randrange(5, 50) * DAY
        split = start + (target - start) // 2
        release = {
            "kind": "release", "id": f"r{n}", "type": r.choice(["minor", "major"]),
            "status": r.choice(["draft", "planned", "in-progress", "released", "closed", "cancelled"]),
            "scope": [{"project": it} for it in r.sample(projects, r.randrange(1, len(projects) + 1))],
            "phases": [
                {"id": "a", "start": str(start), "end": str(split), "environments": [{"id": r.choice(["t1", "t2"]), "units": r.randrange(1, 3)}]},
                {"id": "b", "start": str(split + DAY), "end": str(target), "environments": [{"id": r.choice(["t1", "t2", "live"])}]},
            ],
        }
        if r.random() < 0.8:
            release["target"] = str(target)
        if r.random() < 0.7:
            release["announced"] = str(start - r.randrange(-3, 40) * DAY)
        if r.random() < 0.7:
            began = start + r.randrange(-3, 8) * DAY
            release["actual"] = {"start": str(began)}
            if r.random() < 0.8:
                release["actual"]["end"] = str(began + r.randrange(-1, 60) * DAY)
        if n and r.random() < 0.4:
            release["depends_on"] = [f"r{r.randrange(n)}"]
        # A composite books only while its parts do not: too much for the computation by days.
        if n and seed % 2 and r.random() < 0.3:
            release["part_of"] = f"r{r.randrange(n)}"
        if r.random() < 0.5:
            release["support"] = {"hypercare": f"{r.randrange(1, 15)}d"}
        if r.random() < 0.5:
            decided = [day()]
            decided += [decided[0] + r.randrange(3, 9) * DAY] if r.random() < 0.5 else []
            decision = lambda at: {"role": "board", "by": r.choice(["ann", "ann", "bo"]), "decision": r.choice(["approved"] * 3 + ["rejected"]), "at": r.choice([moment(at), moment(at), str(at)])}
            gate = {"id": "g", "before": "production", "due": str(day()), "requires": [{"role": "board"}], "approvals": [decision(at) for at in decided]}
            if r.random() < 0.5:
                asked = decided[0] - r.randrange(-1, 9) * DAY
                gate["submitted"] = r.choice([moment(asked), str(asked)])
            release["gates"] = [gate]
        if r.random() < 0.4:
            due = day()
            release["communications"] = [{"id": "c", "at": str(due)} | ({"sent": str(due + r.randrange(-3, 3) * DAY)} if r.random() < 0.7 else {})]
            release["training"] = [{"id": "t", "at": str(day()), "status": r.choice(["planned", "done"])}]
        releases.append(release)
    changes = []
    for n in range(r.randrange(0, 12)):
        change = {"kind": "change", "id": f"C{n}", "type": r.choice(["standard", "normal", "emergency"]), "status": r.choice(["draft", "submitted", "approved", "closed", "closed", "rejected"])}
        if r.random() < 0.6:
            change["project"] = r.choice(projects)
        if releases and r.random() < 0.8:
            change["release"] = r.choice(releases)["id"]
        if r.random() < 0.5:
            start = day()
            change["window"] = {"start": f"{start}T20:00", "end": r.choice([f"{start + DAY}", f"{start + DAY}T00:00", f"{start}T23:00"])}
        if change["status"] == "closed" and r.random() < 0.9:
            change["outcome"] = r.choice(["successful", "backed-out", "failed"])
        if r.random() < 0.5:
            change["approvals"] = [{"role": "board", "by": r.choice(["ann", "ann", "bo"]), "at": moment(day())}]
        changes.append(change)
    deployments = []
    for n in range(r.randrange(0, 90)):
        at = day()
        entry = {
            "id": f"D{n}", "project": r.choice(projects + (["ghost"] if r.random() < 0.1 else [])), "version": f"1.{n}",
            "environment": r.choice(["t1", "live", "live", "far"]), "at": r.choice([moment(at), moment(at), moment(at), str(at)]),
            "result": r.choice(["succeeded"] * 6 + ["failed", "rolled-back", "aborted"]),
        }
        if r.random() < 0.8:
            entry["committed_at"] = r.choice([moment(at - r.randrange(0, 30) * DAY), str(at - r.randrange(0, 9) * DAY)])
        if r.random() < 0.3:
            entry["reason"] = r.choice(["fix", "rollback", "planned"])
        if releases and r.random() < 0.6:
            entry["release"] = r.choice(releases)["id"]
        deployments.append(entry)
    incidents = []
    for n in range(r.randrange(0, 25)):
        opened = day()
        entry = {"id": f"I{n}", "opened": moment(opened)} | ({"project": r.choice(projects)} if r.random() < 0.9 else {})
        if r.random() < 0.8:
            entry["environment"] = r.choice(["live", "far", "t1"])
        if r.random() < 0.85:
            entry["restored"] = moment(opened + r.randrange(0, 4) * DAY)
        if r.random() < 0.8 and deployments:
            entry["caused_by"] = r.choice([r.choice(deployments)["id"], r.choice(deployments)["id"], f"r{r.randrange(14)}"])
        incidents.append(entry)
    pipelines = []
    for project in projects:
        usual = r.randrange(5, 60)
        for n in range(r.randrange(0, 70)):
            length = max(1, int(usual * r.choice([1, 1, 1, 0.9, 1.1, 1.4, 2]) * (1.4 if n > 50 else 1)))
            pipelines.append({"project": project, "at": f"{first + n * 4 * DAY}T10:00", "name": r.choice(["build", "build", "test"]), "duration": f"{length}m", "result": r.choice(["succeeded"] * 5 + ["failed"])})
    r.shuffle(pipelines)
    documents += places + releases + changes
    documents += [{"kind": "deployments", "entries": deployments}, {"kind": "incidents", "entries": incidents}, {"kind": "pipelines", "entries": pipelines}]
    for n in range(r.randrange(0, 3)):
        documents.append({"kind": "assessment", "id": f"a{n}", "date": str(day()), "scores": {"x": r.randrange(6), "y": r.randrange(6)}})
    (folder / "relm.yaml").write_text(yaml.safe_dump(settings))
    (folder / "all.yaml").write_text(yaml.safe_dump_all(documents[1:]))


def main():
    relm = str(pathlib.Path(sys.argv[1]).resolve())
    if sys.argv[2:]:
        for name in sys.argv[2:]:
            folder = pathlib.Path(name)
            print(f"{name}: {compare(relm, name, folder, '2026-11-16', date('2026-01-01'), date('2026-11-16'), None)} values agree")
        return
    northwind, today = ROOT / "examples/northwind", (ROOT / "examples/northwind/.today").read_text().strip()
    count = 0
    for since, until in [("2026-08-19", today), ("2026-05-01", today), ("2026-09-12", "2026-09-12"), ("2026-06-01", "2026-06-30")]:
        count += compare(relm, "northwind", northwind, today, date(since), date(until), None)
    for seed in range(int(40)):
        with tempfile.TemporaryDirectory() as folder:
            generate(pathlib.Path(folder), seed)
            r = random.Random(seed)
            since = dt.date(2026, 1, 1) + r.randrange(200) * DAY
            for until in [since + r.randrange(120) * DAY, dt.date(2026, 11, 16)]:
                count += compare(relm, f"seed {seed}", pathlib.Path(folder), "2026-11-16", since, until, seed % 2 == 0)
    print(f"{count} values agree with the YAML alone")


if __name__ == "__main__":
    main()
