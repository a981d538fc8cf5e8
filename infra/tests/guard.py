"""Runs cfn-guard with AWS Control Tower's rules; what it finds is mended, or accepted beside the resource.

    python3 infra/tests/guard.py template.json PACKAGE      PACKAGE: @cdklabs/cdk-validator-cfnguard, unpacked

The rules know no suppressions of their own: this reads them from the resource's metadata (`accept_guard`). An
acceptance that is no longer needed is a failure too.
"""

import json
import pathlib
import platform
import subprocess
import sys

template, package = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
processor = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
rules = package / "rules/control-tower/cfn-guard"
command = [package / f"bin/ubuntu/{processor}/cfn-guard", "validate", "--data", template, "--rules", rules]
run = subprocess.run(
    [*command, "--structured", "--output-format", "json", "--show-summary", "none"],
    capture_output=True,
    text=True,
)
reports = json.loads(run.stdout)


def places(value):
    """The places in the template that a finding is about, however deep the report has them."""
    if isinstance(value, dict):
        path = value.get("path")
        if isinstance(path, str) and path.startswith("/Resources/"):
            yield path.split("/")[2]
        for inner in value.values():
            yield from places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from places(inner)


def control(value):
    """The control's name, such as CT.S3.PR.8, from the message of the rule."""
    text = json.dumps(value)
    return text.split("[CT.", 1)[1].split("]")[0] if "[CT." in text else None


found = set()
for report in reports:
    for rule in report["not_compliant"]:
        name = control(rule)
        found |= {(f"CT.{name}" if name else rule["Rule"]["name"], place) for place in places(rule)}

accepted = set()
for resource, body in json.loads(template.read_text())["Resources"].items():
    guard = body.get("Metadata", {}).get("guard", {})
    for rule in guard.get("SuppressedRules", []):
        assert guard["Reasons"][rule].strip(), f"{resource}: {rule} is accepted without a reason"
        accepted.add((rule, resource))

for rule, resource in sorted(found - accepted):
    print(f"{resource}: cfn-guard's {rule}: mend it, or say why not with `accept_guard`")
for rule, resource in sorted(accepted - found):
    print(f"{resource}: {rule} is accepted, but nothing is found: remove `accept_guard`")
print(f"cfn-guard: {len(list(rules.rglob('*.guard')))} rules, {len(found)} findings, {len(found & accepted)} accepted")
sys.exit(found != accepted)
