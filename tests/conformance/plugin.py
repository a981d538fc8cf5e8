"""What pytest is told of the exceptions: each must fail, and be there. Prints how many of what passed."""

import collections
import pathlib
import tomllib

import pytest

HERE = pathlib.Path(__file__).resolve().parent


def exceptions():
    """By the service's name: the reason and its group, by the test's id."""
    lists = {}
    for path in sorted(HERE.glob("*.toml")):
        groups = tomllib.loads(path.read_text())
        lists[path.stem] = {test: (group, why) for group, tests in groups.items() for test, why in tests.items()}
    return lists


def service_of(test):
    """`s3` of `tests/test_s3/test_s3_tagging.py::test_put_object_tagging`."""
    return test.split("/")[1].removeprefix("test_")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    verified = {item.nodeid: item for item in items if item.get_closest_marker("aws_verified")}
    present = {service_of(test) for test in verified}
    missing = []
    for service, tests in exceptions().items():
        for test, (_, why) in tests.items():
            if test in verified:
                # Strict: one that passes is a failure, so that the list stays true.
                verified[test].add_marker(pytest.mark.xfail(reason=why, strict=True))
            elif service in present:
                missing.append(test)
    if missing:
        raise pytest.UsageError("Exceptions that are no verified tests: " + ", ".join(missing))


def pytest_terminal_summary(terminalreporter):
    passed = collections.Counter(service_of(report.nodeid) for report in terminalreporter.getreports("passed"))
    excepted = collections.defaultdict(collections.Counter)
    lists = exceptions()
    for report in terminalreporter.getreports("xfailed"):
        service = service_of(report.nodeid)
        group, _ = lists[service].get(report.nodeid, ("Tests that moto's authors expect to fail, too", None))
        excepted[service][group] += 1
    for service in sorted(passed.keys() | excepted.keys()):
        groups = excepted[service]
        terminalreporter.write_line(f"{service}: {passed[service]} passed, {groups.total()} excepted")
        for group, count in groups.items():
            terminalreporter.write_line(f"  {count:3} {group}")
