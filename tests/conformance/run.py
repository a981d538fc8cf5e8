#!/usr/bin/env python3
"""Runs the tests that moto's authors verified against AWS, unmodified, against `local`.

    tests/conformance/run.py                    every service that has a list of exceptions here
    tests/conformance/run.py dynamodb           one of them
    tests/conformance/run.py dynamodb -k arn    what follows the services is pytest's

moto (Apache-2.0) is an emulator of AWS. Its tests under the mark `aws_verified` passed against AWS itself and, with
`MOTO_TEST_ALLOW_AWS_REQUEST`, run without the emulator: whatever the AWS SDK is pointed at answers them. They come
in moto's source distribution, which pip fetches and verifies. `plugin.py` holds the results against the exceptions.

Cognito's 15 are not here: each makes a pool of its own, and 14 of them one with names that are no e-mail addresses or
a client with a secret, neither of which the template has.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
PARLOR = pathlib.Path(os.environ.get("PARLOR_BIN", TARGET / "debug/local"))
# The first start generates a signing key, slowly in an unoptimised build.
STARTS_WITHIN_S, STOPS_WITHIN_S = 60, 10
TEST_TIMEOUT_S = 120
# A request in the server's log that it could not answer; 501 is S3's "not implemented".
FAULT = re.compile(r" 5(?!01)\d\d +\d+ ms|panicked")


def main():
    every = sorted(path.stem for path in HERE.glob("*.toml"))
    arguments = sys.argv[1:]
    services = []
    while arguments and arguments[0] in every:
        services.append(arguments.pop(0))
    services = services or every
    suite = fetch()
    # A signal would end this process without its `finally`, and leave the server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="parlor-conformance-") as folder:
        data, log = pathlib.Path(folder, "data"), pathlib.Path(folder, "log")
        server, url = start(data, log)
        try:
            passed = run(suite, services, arguments, url, data)
        finally:
            stop(server)
        faults = [line for line in log.read_text().splitlines() if FAULT.search(line)]
    print(*faults, sep="\n", end="\n" if faults else "")
    if faults or not passed:
        raise SystemExit("The server failed." if faults else 1)


def fetch():
    """The folder of moto's source distribution, which is fetched once."""
    folder = TARGET / "conformance"
    [version] = re.findall(r"^moto==(\S+)", (HERE / "moto.txt").read_text(), re.MULTILINE)
    suite = folder / f"moto-{version}"
    if not suite.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        pip += ["--no-deps", "--no-binary", ":all:", "--require-hashes"]
        subprocess.run([*pip, "--requirement", HERE / "moto.txt", "--dest", folder], check=True)
        with tarfile.open(folder / f"moto-{version}.tar.gz") as archive, tempfile.TemporaryDirectory(dir=folder) as new:
            archive.extractall(new, filter="data")
            (pathlib.Path(new) / suite.name).rename(suite)
    return suite


def start(data, log):
    """A server with an empty data folder, on a port that was free."""
    if not PARLOR.exists():
        raise SystemExit(f"{PARLOR} is not there: run `cargo build -p local`, or set PARLOR_BIN.")
    command = [PARLOR, "--port", "0", "--data", data]
    with log.open("w") as requests:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=requests, text=True)
    late = threading.Timer(STARTS_WITHIN_S, server.kill)
    late.start()
    try:
        for line in server.stdout:
            if found := re.search(r"http://localhost:\d+", line):
                # What nobody reads would fill the pipe.
                threading.Thread(target=server.stdout.read, daemon=True).start()
                return server, found[0]
    except BaseException:
        server.kill()
        raise
    finally:
        late.cancel()
    raise SystemExit(f"The server ended with {server.wait()} before it said its address:\n{log.read_text()}")


def stop(server):
    server.send_signal(signal.SIGTERM)
    try:
        code = server.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()
        raise SystemExit("The server did not stop in time.")
    if code:
        raise SystemExit(f"The server ended with {code}.")


def run(suite, services, arguments, url, data):
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = own | {
        "MOTO_TEST_ALLOW_AWS_REQUEST": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_SHARED_CREDENTIALS_FILE": f"{data}/credentials",
        "AWS_CONFIG_FILE": f"{data}/no-config",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    pytest = [sys.executable, "-m", "pytest", "-p", "plugin", "-p", "no:cacheprovider", "-m", "aws_verified", "--quiet"]
    pytest += ["--color=no", "--tb=short", f"--timeout={TEST_TIMEOUT_S}", "--show-capture=no", *arguments]
    pytest += [f"tests/test_{service}" for service in services]
    return subprocess.run(pytest, cwd=suite, env=environment).returncode == 0


main()
