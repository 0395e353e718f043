"""A period in one document: the numbers of Trends beside those of the period before, for the digest and the printed page.

Every number is the answer of the question that the page itself asks.
"""

from datetime import datetime, timedelta
from typing import Any

from convdata.alerts import alerts
from convdata.busiest import hours
from convdata.channels import channel, language_title
from convdata.database import Store
from convdata.filters import Choices
from convdata.firing import standings
from convdata.headlines import HEADLINES, headline, in_brief, share_in_brief
from convdata.markers import markers
from convdata.marks import step_for
from convdata.periods import local_day
from convdata.rights import Actor, Right, require
from convdata.stats import CONVERSATIONS, MESSAGES, before, table
from convdata.topics import topics

TABLES = {"channel": ("channel",), "language": ("language",), "channel_language": ("channel", "language")}


def report(store: Store, choices: Choices, now: datetime, *, by: Actor) -> dict[str, Any]:
    """All of it, as JSON can say it. ``choices`` name both days of the period."""
    require(by, Right.READ_TRENDS)
    step = step_for(choices["from"], choices["to"])
    earlier = before(choices)
    found = topics(store, choices, by=by)
    # Alerts look at whole days: those up to the end of the period, or to yesterday.
    last = min(choices["to"], local_day(now, choices.timezone) - timedelta(days=1))
    return {
        "from": choices["from"].isoformat(),
        "to": choices["to"].isoformat(),
        "before": {"from": earlier["from"].isoformat(), "to": earlier["to"].isoformat()},
        "timezone": choices.timezone.key,
        "filters": {name: list(choices[name]) for name in ("channel", "language") if choices[name]},
        "made_at": now.isoformat(timespec="seconds") + "Z",
        "numbers": [*_rates(store, choices, earlier), *_headlines(store, choices, earlier, now)],
        "tables": {name: _named(table(store, choices, by)) for name, by in TABLES.items()},
        "alerts": [s.as_json() for s in standings(store, alerts(store), last, choices.timezone, now)],
        "step": step,
        "over_time": table(store, choices, ["day"], step),
        "hours": hours(store, choices),
        "topics": {
            "messages": found.messages,
            "first": [{"text": t.text, "messages": t.messages, "customers": t.customers} for t in found.first],
        },
        "markers": [
            {"day": row.day.isoformat(), "text": row.text} for row in markers(store, choices["from"], choices["to"])
        ],
    }


def _rates(store: Store, choices: Choices, earlier: Choices) -> list[dict[str, Any]]:
    (now,), (was,) = table(store, choices), table(store, earlier)
    eligible = "A user message, typed or spoken, on which the bot gave a verdict."
    found = [
        {
            "name": "eligible",
            "title": "Eligible messages",
            "value": f"{now['eligible']:,}",
            "rests_on": "",
            "before": f"{was['eligible']:,}",
            "counts": {"eligible": now["eligible"]},
            "definition": eligible,
        }
    ]
    for measure in (MESSAGES, CONVERSATIONS):
        value, rests_on = share_in_brief(now[measure.part], now[measure.whole], measure.unit)
        found.append(
            {
                "name": measure.key,
                "title": measure.title,
                "value": value,
                "rests_on": rests_on,
                "before": share_in_brief(was[measure.part], was[measure.whole], measure.unit)[0],
                "counts": {name: now[name] for name in (measure.part, measure.whole)},
                "definition": measure.definition,
            }
        )
    return found


def _headlines(store: Store, choices: Choices, earlier: Choices, now: datetime) -> list[dict[str, Any]]:
    found = []
    for one in HEADLINES:
        row = headline(store, choices, one, now)
        value, rests_on = in_brief(one, row)
        named = [name for name in (one.part, one.whole, "median_seconds") if name in row]
        found.append(
            {
                "name": one.key,
                "title": one.title,
                "value": value,
                "rests_on": rests_on,
                "before": None if one.now else in_brief(one, headline(store, earlier, one, now))[0],
                "counts": {name: row[name] for name in named},
                "definition": one.definition,
            }
        )
    return found


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in rows:
        words = []
        if "channel" in row:
            words.append(channel(row["channel"] or "").title)
        if "language" in row:
            words.append(language_title(row["language"] or "und"))
        row["title"] = " · ".join(words)
    return rows
