"""The shows, in the order of the table. A new one is a module of this folder and a line here."""

from dataclasses import dataclass

from trust import canaries, erasures, hostile, kills, outages, races, repeats, roles, slow, sweeps
from trust.place import Run


@dataclass(frozen=True)
class Show:
    """``full`` is what is promised, ``quick`` a look in between, ``least`` what the tests have time for."""

    name: str
    sentence: str
    run: Run
    full: int
    quick: int
    least: int


SHOWS: tuple[Show, ...] = (
    Show("hostile", "Hostile texts on every page, in a browser", hostile.show, 2_000, 60, 20),
    Show("kills", "Killed under mixed load, nothing acknowledged is lost or doubled", kills.show, 200, 10, 2),
    Show("sweeps", "Many sweeps at once write one record for each mute", sweeps.show, 20, 3, 1),
    Show("erasures", "Of the erased no byte is in any file within a minute", erasures.show, 100, 10, 3),
    Show("races", "Acts that meet leave nothing of nobody, and one record each", races.show, 1_000, 100, 5),
    Show("repeats", "Sent once to five times, in any order, stored exactly once", repeats.show, 10_000, 1_000, 100),
    Show("roles", "Two roles at once, and no row of the other's", roles.show, 500, 50, 4),
    Show("outages", "The store is away: told to come again, and nothing is lost", outages.show, 60, 5, 2),
    Show("slow", "Connections that trickle hold nobody up", slow.show, 50, 50, 8),
    Show("canaries", "Secrets are in no log, page, answer, export or metric", canaries.show, 1_000, 60, 3),
)
