#!/usr/bin/env python3
"""Synthesis: the built `infra` beside `cdk synth` of the same application, and how both grow.

    benches/synth/run.py            all of it, and writes results.md and results.svg beside this file
    benches/synth/run.py --short    one run of each, 10 and 100 resources; writes nothing

CPU is user and system time of the command and all that it starts; memory is that of its largest process. The
programs are built beforehand; TypeScript is compiled at each synth, as `cdk init` lays it out.
"""

import argparse
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--short", action="store_true")
short = options.parse_args().short
runs, counts = (1, [10, 100]) if short else (3, [10, 50, 100, 200, 500])


def measure(command, folder=root, environment=None, times=1):
    """CPU seconds, wall seconds and MB of a command: the medians."""
    rows = []
    for _ in range(times):
        started = time.monotonic()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                command, cwd=folder, env=os.environ | (environment or {}), stdout=said, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if status:
                said.seek(0)
                raise SystemExit(f"{command} failed: {said.read().decode()[-2000:]}")
        rows.append(
            (usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024)
        )
    return tuple(statistics.median(column) for column in zip(*rows))


def cdk(app, count=0):
    with tempfile.TemporaryDirectory() as output:
        command = ["node_modules/.bin/cdk", "synth", "--quiet", "--no-notices", "--no-version-reporting", "--output", output]
        command += ["--app", f"node_modules/.bin/ts-node --prefer-ts-exts {app}"]
        settings = {"COUNT": str(count), "CDK_DISABLE_CLI_TELEMETRY": "1", "CI": "1"}
        return measure(command, here / "cdk", settings, 1 if count else runs)


def infra(*arguments):
    # Too short to be measured once.
    return measure([target / "server/infra", *arguments], times=20)


def many(count):
    return measure([target / "server/examples/many", str(count)], times=20)


application = {"`infra` (synth)": infra(), "`infra check` (synth and every check)": infra("check")}
application["`cdk synth`"] = cdk("parlor.ts")
growth = [(count, many(count), cdk("many.ts", count)) for count in counts]

ours, theirs = application["`infra` (synth)"], application["`cdk synth`"]
checked = application["`infra check` (synth and every check)"]
node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
text = f"""# Synthesis, measured

{os.cpu_count()} shared cores ({platform.machine()}, {platform.system()}), Node {node}, medians of {runs} runs, of 20 of ours.
CPU: user and system time of the command and what it starts. Memory: its largest process. `benches/synth/run.py`
makes this page; on a busy machine the wall times say little, and the CPU times are somewhat high for both.

| the application | CPU s | wall s | MB |
|---|--:|--:|--:|
"""
for name, (cpu, wall, mb) in application.items():
    text += f"| {name} | {cpu:.4g} | {wall:.4g} | {mb:.0f} |\n"
text += f"""
`cdk synth` takes {theirs[0] / ours[0]:.0f} times the CPU of `infra`, and {theirs[0] / checked[0]:.0f} times that of `infra check`, which also holds every
literal against the specification.

| resources | ours, with every check: CPU s | MB | `cdk synth`: CPU s | MB | times |
|--:|--:|--:|--:|--:|--:|
"""
for count, (cpu, _, mb), (cdk_cpu, _, cdk_mb) in growth:
    text += f"| {count} | {cpu:.4g} | {mb:.0f} | {cdk_cpu:.4g} | {cdk_mb:.0f} | {cdk_cpu / cpu:.0f} |\n"
print(text)


def plot():
    """CPU over resources, both axes by powers of ten, as SVG."""
    import math

    width, height, left, top = 640, 360, 70, 30
    x = lambda count: left + (math.log10(count) - 1) / 1.8 * (width - left - 110)
    y = lambda cpu: top + (2 - math.log10(cpu)) / 5 * (height - top - 50)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{left}" y="18">CPU seconds to synthesize (and, ours, to check) a template</text>',
    ]
    for power in range(-3, 3):
        at = y(10**power)
        lines.append(f'<path d="M{left} {at:.1f}H{width - 100}" stroke="#ddd"/>')
        lines.append(f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for count in counts:
        lines.append(f'<text x="{x(count):.1f}" y="{height - 30}" text-anchor="middle">{count}</text>')
    lines.append(f'<text x="{width / 2}" y="{height - 10}" text-anchor="middle">resources</text>')
    for name, colour, at in [("cdk synth", "#b45309", 2), ("ours", "#1d4ed8", 1)]:
        points = [(x(row[0]), y(row[at][0])) for row in growth]
        path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
        lines.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines += [f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>' for px, py in points]
        px, py = points[-1]
        lines.append(f'<text x="{px + 8:.1f}" y="{py + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


if not short:
    (here / "results.md").write_text(text + "\n![how both grow](results.svg)\n")
    (here / "results.svg").write_text(plot())
