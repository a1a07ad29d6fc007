#!/usr/bin/env python3
"""Reads the tables that `relm export` writes with DuckDB, in all three formats, and compares them with each other and with what
other commands say as JSON.

    tests/tables.py RELM

Needs `duckdb` from PyPI. Skips, says so and ends with 77 without it."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import duckdb
except ImportError as missing:
    print(f"skipped: {missing}; `pip install duckdb`")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
from browser import nasty  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMATS = ["csv", "ndjson", "parquet"]
TYPES = {
    "text": "VARCHAR", "int": "BIGINT", "float": "DOUBLE", "bool": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
}


def relm(program, portfolio, today, *arguments):
    command = [program, "-C", str(portfolio), "--today", today, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def documented():
    """The columns of every table as `schema/EXPORT.md` has them: name, type, and whether there may be nothing."""
    tables, current = {}, None
    for line in (ROOT / "schema" / "EXPORT.md").read_text().splitlines():
        if line.startswith("## "):
            current = tables.setdefault(line[3:], [])
        row = re.match(r"\| (\w+) \| (\w+) \| (yes|no) \|", line)
        if current is not None and row:
            current.append((row[1], row[2], row[3] == "yes"))
    return tables


def literal(text):
    return "'" + str(text).replace("'", "''") + "'"


def open_tables(folder, tables):
    """A database with a view `FORMAT.TABLE` of each file. CSV and JSON name no types, so they are told."""
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    for form in FORMATS:
        database.execute(f"create schema {form}_tables")
        for name, columns in tables.items():
            file = literal(folder / form / f"{name}.{form}")
            types = "{" + ", ".join(f"{literal(column)}: {literal(TYPES[kind])}" for column, kind, _ in columns) + "}"
            read = {
                "csv": f"read_csv({file}, header = true, delim = ',', quote = '\"', escape = '\"', columns = {types}, "
                       "allow_quoted_nulls = false, auto_detect = false, strict_mode = true)",
                "ndjson": f"read_json({file}, format = 'newline_delimited', columns = {types})",
                "parquet": f"read_parquet({file})",
            }[form]
            database.execute(f"create view {form}_tables.{name} as select * from {read}")
    return database


def one(database, query):
    return database.execute(query).fetchone()


def check_types(database, tables, folder):
    for name, columns in tables.items():
        found = database.execute(f"describe parquet_tables.{name}").fetchall()
        assert [(row[0], row[1]) for row in found] == [(column, TYPES[kind]) for column, kind, _ in columns], (name, found)
        schema = f"select name, repetition_type from parquet_schema({literal(folder / 'parquet' / f'{name}.parquet')})"
        required = {column for column, repetition in database.execute(schema).fetchall() if repetition == "REQUIRED"}
        assert required - {name} == {column for column, _, null in columns if not null}, (name, required)


def check_same(database, tables, rows):
    for name in tables:
        for form in FORMATS:
            (count,) = one(database, f"select count(*) from {form}_tables.{name}")
            assert count == rows[name], f"{form}: {name} has {count} rows instead of {rows[name]}"
        for form in ["csv", "ndjson"]:
            for a, b in [(form, "parquet"), ("parquet", form)]:
                query = f"select * from {a}_tables.{name} except all select * from {b}_tables.{name}"
                extra = database.execute(query).fetchmany(3)
                assert not extra, f"{name}: {a} has what {b} has not: {extra}"


def check_plan(database, plan):
    """Counts, sums and a join, against `relm plan --format json`."""
    releases = plan["releases"]
    expected = (
        len(releases),
        sum(release["lateness_days"] or 0 for release in releases),
        min((release["target"] for release in releases if release["target"]), default=None),
    )
    joined = {
        release["id"]: (
            len(release["phases"]),
            sum(phase["working_days"] or 0 for phase in release["phases"]),
            max((phase["forecast"]["end"] for phase in release["phases"] if phase["forecast"]["end"]), default=None),
        )
        for release in releases
        if release["phases"]
    }
    for form in FORMATS:
        found = one(database, "select count(*), coalesce(sum(lateness_days), 0)::bigint, min(target)::varchar "
                              f"from {form}_tables.releases")
        assert found == expected, (form, found, expected)
        query = f"""select r.id, count(*), coalesce(sum(p.working_days), 0)::bigint, max(p.forecast_end)::varchar
                    from {form}_tables.releases r join {form}_tables.phases p on p.release = r.id group by r.id"""
        found = {row[0]: row[1:] for row in database.execute(query).fetchall()}
        assert found == joined, (form, found, joined)


def check_metrics(database, program, portfolio, today):
    """The 90 days, against `relm report`."""
    for form in FORMATS:
        query = f"""select metric, value, population from {form}_tables.metrics
                    where grouped_by = 'portfolio' and step = 'days' order by all"""
        found = database.execute(query).fetchall()
        expected = []
        for report in ["dora", "kpi"]:
            view = json.loads(relm(program, portfolio, today, "report", report, "--format", "json"))
            expected += [(metric["id"], metric["value"], metric["population"]) for metric in view["metrics"]]
        assert found == sorted(expected, key=lambda row: row[0]), (form, found, expected)


def check_moves(database, program, portfolio, today):
    """How often and how far each release moved, against `relm history`."""
    history = subprocess.run(
        [program, "-C", str(portfolio), "--today", today, "history", "--format", "json"], capture_output=True, check=False
    )
    if history.returncode:
        return
    expected = {}
    for move in json.loads(history.stdout)["moves"]:
        count, days = expected.get(move["release"], (0, 0))
        expected[move["release"]] = (count + 1, days + abs(move["days"] or 0))
    for form in FORMATS:
        query = f"select release, count(*), coalesce(sum(abs(days)), 0)::bigint from {form}_tables.moves group by release"
        found = {row[0]: row[1:] for row in database.execute(query).fetchall()}
        assert found == expected, (form, found, expected)


def check_keys(database):
    """Keys tell rows apart, and references lead somewhere in portfolios without findings."""
    for table, key in [("releases", "id"), ("phases", "release, id"), ("gates", "release, id"), ("criteria", "release, gate, id")]:
        (twice,) = one(database, f"select count(*) from (select {key} from parquet_tables.{table} group by {key} having count(*) > 1)")
        assert twice == 0, table
    for table, column, to in [
        ("phases", "release", "releases"), ("deployments", "project", "projects"), ("deployments", "environment", "environments"),
        ("bookings", "environment", "environments"), ("scope", "project", "projects"), ("scope_changes", "change", "changes"),
    ]:
        (lost,) = one(database, f"select count(*) from parquet_tables.{table} a anti join parquet_tables.{to} b on a.{column} = b.id")
        assert lost == 0, f"{table}.{column} names {lost} that {to} has not"


def run(program, portfolio, today, tables, folder, clean):
    for form in FORMATS:
        relm(program, portfolio, today, "export", str(folder / form), "--format", form)
    written = json.loads(relm(program, portfolio, today, "export", str(folder / "again"), "--format", "json"))
    rows = {table["name"]: table["rows"] for table in written["tables"]}
    assert set(rows) == set(tables), "schema/EXPORT.md has the tables that are written"
    for name in tables:
        first, again = folder / "ndjson" / f"{name}.ndjson", folder / "again" / f"{name}.ndjson"
        assert first.read_bytes() == again.read_bytes(), f"{name} is the same each time"
    database = open_tables(folder, tables)
    check_types(database, tables, folder)
    check_same(database, tables, rows)
    check_plan(database, json.loads(relm(program, portfolio, today, "plan", "--format", "json")))
    check_metrics(database, program, portfolio, today)
    check_moves(database, program, portfolio, today)
    if clean:
        check_keys(database)
    return rows


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    tables = documented()
    with tempfile.TemporaryDirectory() as temporary:
        temporary = pathlib.Path(temporary)
        (temporary / "evil").mkdir()
        evil = nasty(temporary / "evil")
        portfolios = [(ROOT / "examples" / name, name, name != "troubled") for name in ["quickstart", "northwind", "troubled"]]
        total = 0
        for portfolio, name, clean in [*portfolios, (evil, "nasty texts", False)]:
            today = (portfolio / ".today").read_text().strip() if (portfolio / ".today").exists() else "2026-03-10"
            rows = run(program, portfolio, today, tables, temporary / name, clean)
            total += sum(rows.values())
        print(f"DuckDB {duckdb.__version__} reads {len(tables)} tables of {len(portfolios) + 1} portfolios, {total} rows, "
              "alike from CSV, NDJSON and Parquet")


if __name__ == "__main__":
    main()
