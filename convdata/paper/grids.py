"""Drawings made of cells: channel by language, the hours of the week, and who comes back in which week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import htpy as h

from convdata.captions import moved, named, percent, short
from convdata.channels import channel, language_title
from convdata.charts import GREY, shade, sides
from convdata.failings import WEEKDAYS
from convdata.marks import Mark
from convdata.paper.canvas import WIDE, Drawn, box, picture, text
from convdata.returning import Cohort
from convdata.stats import Measure
from convdata.triangle import said
from convdata.triangle import shade as coming_shade
from convdata.week import shade as busy

Place = tuple[int, int]
DEEP = 0.9  # of the darkest; from here on white letters are easier to read


@dataclass(frozen=True)
class Cell:
    """One cell: how dark, what stands in it line by line (bold or not), what it says to the pointer, and whether letters on it are white."""

    fill: str
    lines: Sequence[tuple[str, bool]] = ()
    says: str = ""
    deep: bool = False


def matrix(
    marks: Sequence[Mark], earlier: Mapping[tuple[str | None, str | None], Mark], width: float, measure: Measure
) -> h.Element:
    """Channel by language: the darker, the worse, each with its change; cells of too few are grey and only say how many."""
    channels, languages = sides(marks)
    most = max((mark.rate or 0 for mark in marks if not mark.few), default=0) or 1
    cells = {}
    for mark in marks:
        if (mark.channel or "") in channels and (mark.language or "") in languages:
            change, real = moved(mark, earlier.get((mark.channel, mark.language)))
            says = f"{named(mark)}: {percent(mark.rate) if not mark.few else 'too few'}, {mark.part:,} of {mark.whole:,} {measure.unit}"
            lines = (
                [(f"{mark.whole:,}", False)] if mark.few else [(percent(mark.rate), True), (f"{mark.whole:,}", False)]
            )
            cells[languages.index(mark.language or ""), channels.index(mark.channel or "")] = Cell(
                GREY.format(0.12) if mark.few else shade(mark.rate or 0, most),
                [*lines, *([(change, real)] if change else [])],
                says,
            )
    side = 112 if width >= WIDE else 84
    each = max(64.0, min(150.0, (width - side) / max(1, len(channels))))
    tops = [channel(key).title for key in channels]
    about = f"The darker, the worse. In each cell the rate, the {measure.unit} and the change in points."
    return _grid(
        f"{measure.title} by channel and language", about, [short(language_title(code), 16 if side > 100 else 12) for code in languages],
        [short(name, int(each / 6.5)) for name in tops], cells, side=side, each=each, row=54,
    )  # fmt: skip


def hours(rows: Sequence[Mapping[str, Any]], width: float) -> h.Element:
    """Weekday by hour: the darker, the busier; where there is room the messages of each hour."""
    most, wide = max((row["eligible"] for row in rows), default=1), width >= WIDE
    cells: dict[Place, Cell] = {(day, hour): Cell(busy(None, most)) for day in range(7) for hour in range(24)}
    for row in rows:
        says = f"{WEEKDAYS[row['weekday']]} {row['hour']}:00: {row['eligible']:,} messages, {row['not_understood']:,} not understood"
        cells[row["weekday"], row["hour"]] = Cell(
            busy(row, most), [(_brief(row["eligible"]), False)] if wide else [], says, row["eligible"] > DEEP * most
        )
    names = [str(hour) if wide or not hour % 3 else "" for hour in range(24)]
    return _grid(
        "Busiest hours", "Eligible messages by weekday and hour: the darker, the busier.", [day[:3] for day in WEEKDAYS], names, cells,
        side=36, each=(width - 36) / 24, row=26 if wide else 20,
    )  # fmt: skip


def coming_back(cohorts: Sequence[Cohort], width: float) -> h.Element:
    """A row for each week in which customers were first seen, a column for each week after it."""
    wide = width >= WIDE
    columns = max((len(cohort.active) for cohort in cohorts), default=1)
    cells = {
        (row, later): Cell(
            coming_shade(cohort, later),
            [(said(cohort, later) if wide else said(cohort, later).removesuffix(" %"), False)],
            f"first seen in the week of {cohort.week.day} {cohort.week:%b}, {later} weeks later: {active:,} of {cohort.customers:,}",
        )
        for row, cohort in enumerate(cohorts)
        for later, active in enumerate(cohort.active)
    }
    side = 110 if wide else 78
    return _grid(
        "Customers who come back", "Of the customers first seen in a week, the share active in each later week.",
        [f"{c.week.day} {c.week:%b} · {c.customers:,}" for c in cohorts], ["same" if wide else "0", *(f"+{n}" for n in range(1, columns))],
        cells, side=side, each=min(60.0, (width - side) / columns), row=30,
    )  # fmt: skip


def _grid(
    title: str, about: str, rows: Sequence[str], columns: Sequence[str], cells: Mapping[Place, Cell], *, side: float, each: float, row: float,
) -> h.Element:  # fmt: skip
    drawn: list[Drawn] = [
        text(side + each * (n + 0.5), 14, name, at="middle", kind="quiet") for n, name in enumerate(columns)
    ]
    drawn += [text(side - 8, 22 + row * (n + 0.5) + 4, name, at="end") for n, name in enumerate(rows)]
    for (down, across), cell in cells.items():
        x, y = side + each * across, 22 + row * down
        drawn.append(box(x + 0.75, y + 0.75, each - 1.5, row - 1.5, cell.says, fill=cell.fill))
        first = y + row / 2 + 4 - 7.5 * (len(cell.lines) - 1)
        for n, (what, bold) in enumerate(cell.lines):
            kinds = (("bold", bold), ("small", each < 40), ("deep", cell.deep))
            kind = " ".join(name for name, holds in kinds if holds)
            drawn.append(text(x + each / 2, first + 15 * n, what, at="middle", kind=kind))
    return picture(title, about, side + each * len(columns), 24 + row * len(rows), *drawn)


def _brief(many: int) -> str:
    """What fits into a small cell: 950, 1.2k, 34k, 1.2M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if many >= size:
            short_ = many / size
            return f"{short_:.1f}{letter}" if short_ < 9.95 else f"{short_:.0f}{letter}"
    return f"{many:,}"
