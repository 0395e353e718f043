"""Everything that can go wrong and be said to a person.

    MisheardError
    ├── SettingWrong        a setting cannot be used as it is
    ├── StoreAway           the store does not answer
    │   └── StoreInUse      another program has the DuckDB file open
    ├── StoreTooNew         a later Misheard has written this store
    ├── StoreNotEmpty       the demo world only goes into an empty store
    ├── NotFound            no such customer: unknown, erased, or a mangled link
    ├── NotAllowed          a rule of the domain says no
    │   └── NotForYou       whoever asks has not the role for it, or is not signed in
    ├── RecordsChanged      the records of what was done are not what was written
    ├── CountsWrong         the kept counts are not what a recount gives
    ├── FileUnreadable      an import cannot be read at all
    ├── ImportStopped       an import stopped in the middle; what came before is stored
    └── EventRejected       one event cannot be taken; the rest goes on

Each is one sentence that says what to do next. The frame, the routes and the command line each show it in their own
way; nothing else catches them.
"""

from typing import Any


class MisheardError(Exception):
    """Its text is shown to people as it is."""


class SettingWrong(MisheardError):
    pass


class StoreAway(MisheardError):
    pass


class StoreInUse(StoreAway):
    pass


class StoreTooNew(MisheardError):
    pass


class StoreNotEmpty(MisheardError):
    pass


class NotFound(MisheardError):
    pass


class NotAllowed(MisheardError):
    pass


class NotForYou(NotAllowed):
    pass


class RecordsChanged(MisheardError):
    pass


class CountsWrong(MisheardError):
    pass


class FileUnreadable(MisheardError):
    pass


class ImportStopped(MisheardError):
    """``result`` is what had become of the file by then (importing.Result)."""

    def __init__(self, sentence: str, result: Any) -> None:
        super().__init__(sentence)
        self.result = result


class EventRejected(MisheardError):
    """One event that cannot be taken: which field, and why. Never repeats the value, which may be anybody's data."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
