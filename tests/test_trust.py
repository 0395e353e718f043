"""What `make trust` shows, with numbers that a test run has time for: the same shows, on both stores."""

import pytest

from convdata.settings import PROJECT
from trust.place import KINDS, a_place
from trust.shows import SHOWS, Show


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.name)
def test_what_is_promised_holds(show: Show, kind: str) -> None:
    with a_place(kind) as place:
        assert show.run(place, show.least)


def test_every_module_with_a_show_is_in_the_table() -> None:
    others = {"__init__", "__main__", "place", "shows", "reader"}
    modules = {file.stem for file in (PROJECT / "trust").glob("*.py")} - others
    assert {show.run.__module__.rpartition(".")[2] for show in SHOWS} == modules
    assert len({show.name for show in SHOWS}) == len(SHOWS)
    assert all(show.full > show.least > 0 for show in SHOWS)
