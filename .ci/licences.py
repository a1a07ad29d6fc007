#!/usr/bin/env python3
"""Every dependency has a licence that goes with MIT OR Apache-2.0, and comes from the registry."""

import json
import re
import subprocess
import sys

ALLOWED = {
    "MIT", "MIT-0", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "0BSD",
    "Unlicense", "CC0-1.0", "Unicode-3.0", "BSL-1.0", "CDLA-Permissive-2.0",
}


def holds(expression):
    """Whether an SPDX expression can be met by allowed licences alone: `OR` needs one side, `AND` both."""
    expression = expression.replace("/", " OR ").strip()
    tokens = re.findall(r"\(|\)|\bAND\b|\bOR\b|[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?", expression)

    def either(at):
        value, at = both(at)
        while at < len(tokens) and tokens[at] == "OR":
            other, at = both(at + 1)
            value = value or other
        return value, at

    def both(at):
        value, at = one(at)
        while at < len(tokens) and tokens[at] == "AND":
            other, at = one(at + 1)
            value = value and other
        return value, at

    def one(at):
        if tokens[at] == "(":
            value, at = either(at + 1)
            return value, at + 1
        return tokens[at] in ALLOWED, at + 1

    return either(0)[0]


command = ["cargo", "metadata", "--format-version", "1", "--locked"]
packages = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["packages"]
faults = []
for package in packages:
    name = f"{package['name']} {package['version']}"
    if package["source"] is None:
        continue
    if not package["source"].startswith("registry+"):
        faults.append(f"{name}: comes from {package['source']}")
    licence = package.get("license")
    if not licence or not holds(licence):
        faults.append(f"{name}: {licence or 'no licence given'}")
print(f"{len(packages)} packages, {len(faults)} faults")
if faults:
    sys.exit("\n".join(faults))
