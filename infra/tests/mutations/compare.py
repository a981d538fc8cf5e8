"""Puts cfn-lint beside the compiler and `check`, over the templates that the mutation suite left.

    python3 infra/tests/mutations/compare.py target/mutations      needs cfn-lint
"""

import collections
import json
import pathlib
import subprocess
import sys

folder = pathlib.Path(sys.argv[1])
outcomes = json.loads((folder / "outcomes.json").read_text())
files = [str(folder / outcome["file"]) for outcome in outcomes]
lint = subprocess.run(
    ["cfn-lint", "--format", "json", "--", *files], capture_output=True, text=True
)
findings = collections.defaultdict(set)
for finding in json.loads(lint.stdout or "[]"):
    findings[pathlib.Path(finding["Filename"]).name].add((finding["Level"], finding["Rule"]["Id"]))

rows, counts = [], collections.Counter()
for outcome in outcomes:
    found = findings[outcome["file"]]
    errors = sorted(rule for level, rule in found if level == "Error")
    warnings = sorted(rule for level, rule in found if level != "Error")
    ours = "compiler" if outcome["compiler"] else "check" if outcome["check"] else "test" if outcome["test"] else ""
    counts["ours"] += bool(ours)
    counts["errors"] += bool(errors)
    counts["warnings"] += bool(warnings and not errors)
    counts["only ours"] += bool(ours and not errors and not warnings)
    counts["only cfn-lint"] += bool(not ours and (errors or warnings))
    rows.append(f"| {outcome['name']} | {ours} | {' '.join(errors + warnings)} |")

report = folder / "comparison.md"
report.write_text("| fault | ours | cfn-lint |\n|---|---|---|\n" + "\n".join(rows) + "\n")
print(
    f"{len(outcomes)} faults: ours catch {counts['ours']}, cfn-lint {counts['errors']} and warns of"
    f" {counts['warnings']} more; {counts['only ours']} are caught by ours alone,"
    f" {counts['only cfn-lint']} by cfn-lint alone ({report})"
)
