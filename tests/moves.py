#!/usr/bin/env python3
"""Computes from the YAML of every commit how planned dates moved, in another way than relm does, and compares.

    tests/moves.py RELM REPOSITORY [--folder DIR] [--first-parent]

Where relm compares the files that two commits differ in, this builds the whole state of every commit from all of its files.
Skips, and says so, without PyYAML."""

import argparse
import collections
import datetime
import json
import pathlib
import re
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: there is no PyYAML")
    raise SystemExit(0)

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Repository:
    def __init__(self, path):
        self.path = path
        self.batch = subprocess.Popen(
            ["git", "-C", path, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.known = {}

    def git(self, *arguments):
        return subprocess.run(["git", "-C", self.path, *arguments], check=True, capture_output=True, text=True).stdout

    def blob(self, name):
        self.batch.stdin.write(f"{name}\n".encode())
        self.batch.stdin.flush()
        size = int(self.batch.stdout.readline().split()[2])
        content = self.batch.stdout.read(size)
        self.batch.stdout.read(1)
        return content

    def releases(self, name):
        """The releases of a version of a file: id -> {(subject, field): text}; None where it cannot be parsed."""
        if name not in self.known:
            self.known[name] = parse(self.blob(name))
        return self.known[name]


def parse(content):
    try:
        documents = list(yaml.load_all(content.decode("utf-8"), LOADER))
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    found = {}
    for document in documents:
        if isinstance(document, dict) and document.get("kind") == "release" and isinstance(document.get("id"), str):
            found.setdefault(document["id"], dates(document))
    return found


def dates(release):
    found = {}

    def note(subject, node, fields):
        for field in fields:
            if isinstance(node.get(field), str) and node[field] not in ("", "~", "null", "Null", "NULL"):
                found.setdefault((subject, field), node[field].strip())

    note("", release, ["target"])
    for kind, fields in [("phases", ["start", "end", "date"]), ("milestones", ["date"])]:
        nodes = release.get(kind)
        for node in nodes if isinstance(nodes, list) else []:
            if isinstance(node, dict) and isinstance(node.get("id"), str):
                note(f"{kind}/{node['id']}", node, fields)
    return found


def day(text):
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text or ""):
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def days(before, after):
    before, after = day(before), day(after)
    return (after - before).days if before and after else None


def states(repository, commits, folder):
    """The dates in every commit: commit -> {(release, subject, field): text}."""
    files, found = {}, {}
    for commit, parents in commits:  # parents first
        own = {}
        before = files[parents[0]] if parents else {}
        for line in repository.git("ls-tree", "-r", "-z", "--full-tree", commit).split("\0"):
            if not line:
                continue
            (mode, kind, name), path = line.split("\t")[0].split(), line.split("\t", 1)[1]
            if not path.startswith(folder) or not path.endswith((".yaml", ".yml")) or not mode.startswith("100"):
                continue
            if any(part.startswith(".") for part in path.split("/")):
                continue
            releases = repository.releases(name)
            if releases is None:
                releases = before.get(path)
            if releases is not None:
                own[path] = releases
        files[commit] = own
        state = {}
        for path in sorted(own):
            for release, values in own[path].items():
                state.setdefault(release, values)
        found[commit] = {(release, *place): text for release, values in state.items() for place, text in values.items()}
    return found


def changes(before, after):
    for place in before.keys() | after.keys():
        old, new = before.get(place), after.get(place)
        if old != new:
            yield place, old, new


def ordered(commits, told):
    """The commits as relm tells them, each after those that it came from; what order branches stand in is relm's choice."""
    order = list(dict.fromkeys(one["commit"] for one in told if one["commit"]))
    bit, before = {commit: 1 << nth for nth, (commit, _) in enumerate(commits)}, {}
    for commit, parents in commits:
        before[commit] = 0
        for parent in parents:
            before[commit] |= bit[parent] | before[parent]
    listed, seen = sum(bit[commit] for commit in order), 0
    for commit in order:
        if before[commit] & listed & ~seen:
            raise SystemExit(f"{commit} stands before a commit that it came from")
        seen |= bit[commit]
    return order


def history(path, folder, first_parent, view):
    repository = Repository(path)
    options = ["--first-parent"] if first_parent else []
    lines = repository.git("rev-list", "--topo-order", "--reverse", "--parents", *options, "HEAD").splitlines()
    commits = [(line.split()[0], line.split()[1 : 2 if first_parent else None]) for line in lines]
    state = states(repository, commits, folder)
    raw = {}
    for commit, parents in commits:
        raw[commit] = list(changes(state[parents[0]] if parents else {}, state[commit]))
    moves = []
    for commit, parents in commits:
        own = raw[commit]
        if len(parents) > 1 and not first_parent and own:
            side = repository.git("rev-list", *parents[1:], f"^{parents[0]}").split()
            told = {(place, new) for other in side for place, _, new in raw[other]}
            taken = lambda place, new: any(state[parent].get(place) == new for parent in parents[1:])  # noqa: E731
            own = [change for change in own if (change[0], change[2]) not in told or not taken(change[0], change[2])]
        moves += [(commit, place, old, new, days(old, new)) for place, old, new in own]
    rank = {commit: nth for nth, commit in enumerate(ordered(commits, view["moves"]))}
    totals = collections.defaultdict(list)
    for commit, place, old, new, moved in sorted(moves, key=lambda one: rank.get(one[0], -1)):
        totals[place].append((old, new, moved))
    now = state[commits[-1][0]] if commits else {}
    result = {}
    for place, list_ in totals.items():
        count = sum(1 for one in list_ if one[2] is not None)
        if count:
            first = next(old or new for old, new, _ in list_ if old or new)
            last = now.get(place) or next(new or old for old, new, _ in reversed(list_) if new or old)
            result[place] = (first, last, days(first, last), count, sum(abs(one[2] or 0) for one in list_))
    return moves, result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("relm")
    parser.add_argument("repository")
    parser.add_argument("--folder", default="")
    parser.add_argument("--first-parent", action="store_true")
    asked = parser.parse_args()
    root = str(pathlib.Path(asked.repository) / asked.folder)
    command = [asked.relm, "-C", root, "history", "--format", "json"]
    view = json.loads(subprocess.run(command + ["--first-parent"] * asked.first_parent, check=True, capture_output=True).stdout)
    folder = asked.folder.strip("/") + "/" if asked.folder else ""
    moves, totals = history(asked.repository, folder, asked.first_parent, view)
    told = [
        (one["commit"], (one["release"], one["subject"], one["field"]), one["before"], one["after"], one["days"])
        for one in view["moves"]
        if one["commit"] is not None
    ]
    summed = {
        (one["release"], one["subject"], one["field"]): (one["first"], one["last"], one["days"], one["moves"], one["moved_days"])
        for one in view["totals"]
    }
    wrong = []
    ours, theirs = collections.Counter(told), collections.Counter(moves)
    wrong += [f"relm alone: {one}" for one in (ours - theirs)]
    wrong += [f"not in relm: {one}" for one in (theirs - ours)]
    for place in summed.keys() | totals.keys():
        if summed.get(place) != totals.get(place):
            wrong.append(f"{place}: relm {summed.get(place)}, else {totals.get(place)}")
    for line in wrong[:20]:
        print(line)
    counted = sum(1 for one in moves if one[4] is not None)
    print(f"{len(moves)} dates came, moved or went, {counted} moves, {len(totals)} totals, {len(wrong)} differences")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
