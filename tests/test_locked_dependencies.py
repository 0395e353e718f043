"""What is installed is what was locked, byte by byte (threat model E20)."""

import re
import tomllib

import pytest

from convdata.settings import PROJECT

LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==(\S+?)(?: ;.*?)?(?: \\)?$", re.IGNORECASE)


def locked(lock: str) -> dict[str, tuple[str, int]]:
    """Of each package its version and how many hashes stand below it."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in (PROJECT / lock).read_text(encoding="utf-8").splitlines():
        pin = PIN.match(line)
        if pin:
            name = folded(pin[1])
            found.setdefault(name, (pin[2], 0))
        elif re.match(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", line):
            found[name] = (found[name][0], found[name][1] + 1)
        else:
            assert line.startswith("#"), f"{lock}: {line}"
    return found


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_to_a_version_and_its_hashes(lock: str) -> None:
    found = locked(lock)
    assert len(found) > 30
    assert [name for name, (_, hashes) in found.items() if not hashes] == []
    text = (PROJECT / lock).read_text(encoding="utf-8")
    assert "://" not in text, "an address of an index or a file is whoever's who installs"


def test_everything_that_is_asked_for_is_locked_and_the_tests_run_on_the_same() -> None:
    asked = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, development = map(locked, LOCKS)
    for wanted, lock in ((asked["dependencies"], runtime), (asked["optional-dependencies"]["dev"], development)):
        names = [folded(re.split(r"[\[<>=!;~ ]", one, maxsplit=1)[0]) for one in wanted]
        assert [name for name in names if name not in lock] == []
    assert {name: one[0] for name, one in runtime.items()} == {n: development[n][0] for n in runtime}


def test_make_installs_nothing_that_is_not_locked() -> None:
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if "pip install" in line and "quiet uv" not in line]
    assert len(installs) == 3
    for line in installs:
        assert "--require-hashes" in line or ("--no-deps" in line and "--editable ." in line), line
