"""How much of the customers' personal data somebody is shown, apart from their role: privacy mode, what they have
revealed, and whose texts are masked.
"""

from dataclasses import dataclass
from enum import StrEnum


class MaskTexts(StrEnum):
    """For whom personal data inside message texts is masked."""

    ROLE = "role"
    TRUE = "true"
    FALSE = "false"


@dataclass(frozen=True)
class Sight:
    """``private`` is privacy mode: nobody's name is shown, whatever the role. ``revealed`` are the keys of the customers
    that this session has revealed and may still see.
    """

    private: bool = False
    texts: MaskTexts = MaskTexts.ROLE
    revealed: frozenset[str] = frozenset()
