"""How long customers are kept after they were last heard of, by channel; nobody is taken away unless it is said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from convdata.errors import SettingWrong

LONGEST = 36_500
SETTING = "MISHEARD_RETENTION"


@dataclass(frozen=True)
class Keeping:
    """Days by channel; ``days`` for all other channels, None: for ever."""

    days: int | None = None
    by_channel: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.days is not None or bool(self.by_channel)

    def of(self, channel: str) -> int | None:
        return self.by_channel.get(channel, self.days)


def keeping_of(text: str) -> Keeping:
    """``365``, ``webchat=90, messenger=365`` or both. Raises SettingWrong: a slip here would delete people."""
    days, by_channel = None, dict[str, int]()
    for part in (part.strip() for part in text.split(",") if part.strip()):
        channel, sign, number = (word.strip() for word in part.rpartition("="))
        if not (number.isascii() and number.isdigit() and 1 <= int(number) <= LONGEST) or (sign and not channel):
            raise SettingWrong(
                f"{SETTING} says “{part}”; it must be days, such as 365, or a channel's, such as webchat=90; from 1 to "
                f"{LONGEST:,}."
            )
        if channel in by_channel or (not sign and days is not None):
            raise SettingWrong(f"{SETTING} says twice how long {channel or 'everybody'} is kept; say it once.")
        if sign:
            by_channel[channel] = int(number)
        else:
            days = int(number)
    return Keeping(days, by_channel)
