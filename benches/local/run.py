#!/usr/bin/env python3
"""`local`, measured: fan-out beside Node's `ws`, a message's way to its subscribers, start and memory.

    cargo build --profile server -p local -p local-appsync --bin local --example fanout --example floor
    npm --prefix benches/local/ws ci
    benches/local/run.py            all of it, and writes results.md and results.svg beside this file
    benches/local/run.py --short    less of each; writes nothing

CPU is that of the server's process, user and system; the client is another one and not counted. `--profile NAME`
takes binaries of another profile, such as `debug`; `--only fanout`, `messages` or `start` measures that alone.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import client

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("--short", action="store_true")
options.add_argument("--profile", default="server")
options.add_argument("--only", action="append", choices=["fanout", "messages", "start"])
options = options.parse_args()
parts = options.only or ["fanout", "messages", "start"]
binaries = target / options.profile
rounds, messages, starts = (1, 100, 2) if options.short else (3, 200, 5)
sends = 30 if options.short else 100
SUBSCRIBERS = 1000
AUTHORIZATION = {"x-api-key": "da2-key"}


class Server:
    """A server that prints its address; stopped at the end of the block."""

    def __init__(self, *command, **settings):
        self.started = time.monotonic()
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **settings)
        for line in self.child.stdout:
            if "http://" in line:
                self.url = "http://" + line.split("http://")[1].strip()
                break
        else:
            raise SystemExit(f"{command} has ended")
        self.ready_ms = (time.monotonic() - self.started) * 1000
        self.process = client.Process(self.child.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self.child.stdout.close()


PUBLISHERS = (1, 8)


def fan_out(*command):
    """KB a connection, idle and at most, bytes a frame; then of 1 and of 8 publishers deliveries per second of the
    server's CPU, and per second."""
    with Server(*command) as server:
        before_kb = server.process.memory_kb()
        query = "subscription($room: ID!) { onMessage(room: $room) { room text } }"
        crowd = client.Crowd(server.url, SUBSCRIBERS, query, {"room": "tea"}, AUTHORIZATION)
        idle_kb = server.process.memory_kb()
        mutation = "mutation($room: ID!, $text: String!) { send(room: $room, text: $text) { room text } }"
        body = json.dumps({"query": mutation, "variables": {"room": "tea", "text": "x" * 140}})
        rates = []
        for publishers in PUBLISHERS:
            flood = lambda count: client.flood(crowd, body, publishers, count, 64, AUTHORIZATION)
            flood(messages // 10)
            cpu_s = server.process.cpu_s()
            took_s, deliveries, frame_bytes = flood(messages)
            cpu_s = server.process.cpu_s() - cpu_s
            rates += [deliveries / cpu_s, deliveries / took_s]
        most_kb = server.process.memory_kb("VmHWM")
        crowd.close()
        kb = [(kb - before_kb) / SUBSCRIBERS for kb in (idle_kb, most_kb)]
        return *kb, frame_bytes, *rates


def floor(frame_bytes, frames):
    """Deliveries per second of CPU of a program that only writes, so many frames at a time."""
    floods = max(1, messages // frames)
    command = [binaries / "examples/floor", *map(str, (SUBSCRIBERS, floods, frame_bytes * frames))]
    with Server(*command) as server:
        client.drain(server.url, SUBSCRIBERS)
        return SUBSCRIBERS * floods * frames / server.process.cpu_s()


def local(data):
    return Server(binaries / "local", "--port", "0", "--data", str(data))


class Someone:
    """Signed up at a running `local`, with a room."""

    def __init__(self, url):
        self.base = url.split()[0].rstrip("/")
        self.config = json.load(urllib.request.urlopen(self.base + "/config.json"))
        self.graphql_url = self.config["graphqlUrl"].replace("localhost", "127.0.0.1")
        name = {"Username": "ann@example.com", "Password": "Correct-horse-9"}
        attributes = [("email", "ann@example.com"), ("given_name", "Ann"), ("family_name", "Lee")]
        attributes = [{"Name": key, "Value": value} for key, value in attributes]
        self.cognito("SignUp", name | {"UserAttributes": attributes})
        outbox = json.load(urllib.request.urlopen(self.base + "/_local/outbox?to=ann@example.com"))
        self.cognito("ConfirmSignUp", {"Username": "ann@example.com", "ConfirmationCode": outbox[0]["code"]})
        parameters = {"USERNAME": name["Username"], "PASSWORD": name["Password"]}
        signed_in = self.cognito("InitiateAuth", {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters})
        self.authorization = {"Authorization": signed_in["AuthenticationResult"]["AccessToken"]}
        create = 'mutation { createRoom(input: { name: "Tea", visibility: PUBLIC }) { id } }'
        request = urllib.request.Request(self.graphql_url, json.dumps({"query": create}).encode(), self.authorization)
        self.room = json.load(urllib.request.urlopen(request))["data"]["createRoom"]["id"]

    def cognito(self, operation, body):
        headers = {"x-amz-target": f"AWSCognitoIdentityProviderService.{operation}"}
        body = json.dumps(body | {"ClientId": self.config["commandLineClientId"]}).encode()
        answer = urllib.request.urlopen(urllib.request.Request(self.base + "/", body, headers)).read()
        return json.loads(answer or "{}")


FIELDS = "id roomId seq clientId sender { id name } content { text } createdAt version"


def on_its_way(count):
    """Milliseconds of `sendMessage`, until its answer and until the last of `count` subscribers has the message; those
    of the server's CPU for each; KB a connection."""
    with tempfile.TemporaryDirectory() as data, local(data) as server:
        ann = Someone(server.url)
        query = f"subscription($room: ID!) {{ onMessage(roomId: $room) {{ {FIELDS} }} }}"
        before_kb = server.process.memory_kb()
        crowd = client.Crowd(ann.graphql_url, count, query, {"room": ann.room}, ann.authorization)
        idle_kb = (server.process.memory_kb() - before_kb) / count
        mutation = f"mutation($input: SendMessageInput!) {{ sendMessage(input: $input) {{ {FIELDS} }} }}"

        def body(number):
            text = {"text": f"message -{number}- of many"}
            return json.dumps({"query": mutation, "variables": {"input": {"roomId": ann.room, "content": text}}})

        cpu_s = server.process.cpu_s()
        rows = client.one_by_one(crowd, body, sends, ann.authorization)
        cpu_ms = (server.process.cpu_s() - cpu_s) / sends * 1000
        crowd.close()
        return rows, cpu_ms, idle_kb


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def begins():
    """Milliseconds until ready, and those of CPU, with an empty folder and with one that is there; MB when idle."""
    fresh, again, idle_mb = [], [], []
    for _ in range(starts):
        data = tempfile.mkdtemp()
        for ready in (fresh, again):
            with local(data) as server:
                ready.append((server.ready_ms, server.process.cpu_s() * 1000))
                time.sleep(0.5)
                idle_mb.append(server.process.memory_kb() / 1024)
        shutil.rmtree(data)
    medians = [[statistics.median(column) for column in zip(*rows)] for rows in (fresh, again)]
    return *medians, statistics.median(idle_mb)


node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
load = os.getloadavg()[0]
quiet = "quiet" if load < 1.5 else "busy: times say little, CPU compares within a table"
text = f"""# `local`, measured

{time.strftime("%Y-%m-%d")}, {os.cpu_count()} shared cores ({platform.machine()}, {platform.system()}), Node {node}, profile `{options.profile}`.
`benches/local/run.py` makes this page. The machine was {quiet} (load {load:.1f} before).
"""

if "fanout" in parts:
    kinds = {"`local`'s AppSync": [binaries / "examples/fanout"], "Node `ws`": ["node", str(here / "ws/fanout.js")]}
    measured, floors = {name: [] for name in kinds}, []
    for _ in range(rounds):
        # In turn, so that whatever else the machine does hits all.
        for name, command in kinds.items():
            measured[name].append(fan_out(*command))
        frame_bytes = int(measured["Node `ws`"][-1][2])
        floors.append([floor(frame_bytes, frames) for frames in PUBLISHERS])
    fanned = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in measured.items()}
    ours, theirs = fanned.values()
    floors = [statistics.median(column) for column in zip(*floors)]
    text += f"""
## Fan-out to {SUBSCRIBERS:,} subscribers

{messages:,} messages of {frame_bytes} bytes a frame by 1 and by 8 publishers, each of whom sends the next when the
last was answered; medians of {rounds} runs, in turn. Each server is one thread.

| | deliveries per second of CPU, 1 publisher | 8 publishers | KB a connection, idle | at most |
|---|--:|--:|--:|--:|
"""
    for name, (idle_kb, most_kb, _, one, _, eight, _) in fanned.items():
        text += f"| {name} | {one:,.0f} | {eight:,.0f} | {idle_kb:.1f} | {most_kb:.1f} |\n"
    text += f"| `write` alone, 1 and 8 frames at a time | {floors[0]:,.0f} | {floors[1]:,.0f} | | |\n"
    text += f"""
With 8 publishers {ours[5] / theirs[5]:.1f} times the deliveries of `ws` for the same CPU (goal: 5), with one {ours[3] / theirs[3]:.1f} times.
The last row is a program that only writes (`crates/local-appsync/examples/floor.rs`). With one publisher each delivery
is a `write` of its own, so that this kernel leaves any server {floors[0] / theirs[3]:.1f} times at most; `local` has {ours[3] / floors[0]:.0%} of that.
With more, what comes while frames wait for a subscriber goes out with them in one `write`, which `ws` does not do.
Memory is what the process has more than before the first connection, and the most that it had (goal: 10 KB).
"""

if "messages" in parts:
    ways = {count: on_its_way(count) for count in (1, 100, SUBSCRIBERS)}
    text += f"""
## `sendMessage`, end to end

{sends} messages, one after the other, each stored with a flush to the disk. All of the client's work for all of its
subscribers is part of the time; CPU is the server's alone.

| subscribers | CPU ms | answer p50 ms | p99 ms | the last subscriber has it p50 ms | p99 ms |
|--:|--:|--:|--:|--:|--:|
"""
    for count, (rows, cpu_ms, _) in ways.items():
        columns = [cpu_ms, *(quantile(column, part) for column in zip(*rows) for part in (0.5, 0.99))]
        text += f"| {count:,} | " + " | ".join(f"{value:.1f}" for value in columns) + " |\n"

    text += f"""
A subscriber who is signed in, and idle, takes {ways[SUBSCRIBERS][2]:.1f} KB of `local`.
"""

if "start" in parts:
    fresh, again, idle_mb = begins()
    text += f"""
## Start and rest

| | | CPU | goal |
|---|--:|--:|--:|
| start to ready, the data folder is there | {again[0]:.0f} ms | {again[1]:.0f} ms | 300 ms |
| start to ready, the first time (a signing key is made) | {fresh[0]:.0f} ms | {fresh[1]:.0f} ms | |
| memory, idle | {idle_mb:.0f} MB | | 60 MB |
"""
print(text)


def bar(top, width, colour, height, value):
    return [
        f'<rect x="148" y="{top}" width="{width:.0f}" height="{height}" fill="{colour}"/>',
        f'<text x="{156 + width:.0f}" y="{top + height - 4}">{value}</text>',
    ]


def plot():
    """Deliveries per second of CPU, and a message's time by number of subscribers, as SVG."""
    lines, top = [], 20
    if "fanout" in parts:
        lines.append(f'<text x="20" y="{top}">Deliveries to {SUBSCRIBERS:,} subscribers per second of CPU</text>')
        rows = [("local, 8 publishers", "#1d4ed8", ours[5]), ("Node ws, 8", "#b45309", theirs[5])]
        rows += [("local, 1 publisher", "#1d4ed8", ours[3]), ("Node ws, 1", "#b45309", theirs[3])]
        rows += [("write alone, 1", "#6b7280", floors[0])]
        for name, colour, value in rows:
            lines.append(f'<text x="140" y="{top + 27}" text-anchor="end">{name}</text>')
            lines += bar(top + 12, value / max(value for *_, value in rows) * 400, colour, 20, f"{value:,.0f}")
            top += 28
        top += 40
    if "messages" in parts:
        lines.append(f'<text x="20" y="{top}">sendMessage: ms until the last subscriber has it, p50 and p99</text>')
        slowest = max(quantile([last for _, last in rows], 0.99) for rows, *_ in ways.values())
        for count, (rows, *_) in ways.items():
            lines.append(f'<text x="140" y="{top + 29}" text-anchor="end">{count:,}</text>')
            for part, colour, down in [(0.5, "#1d4ed8", 12), (0.99, "#93c5fd", 27)]:
                value = quantile([last for _, last in rows], part)
                lines += bar(top + down, value / slowest * 400, colour, 14, f"{value:.1f}")
            top += 38
        top += 30
    size = f'viewBox="0 0 640 {top}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n<rect width="640" height="{top}" fill="white"/>'
    return "\n".join([head, *lines, "</svg>"]) + "\n"


if not options.short:
    (here / "results.md").write_text(text + "\n![fan-out, and a message's way](results.svg)\n")
    (here / "results.svg").write_text(plot())
