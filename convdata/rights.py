"""Who may do what: the roles, everything that can be done or seen, and the table of the one by the other.

The rule is enforced here, below every button and behind every route: whatever acts, or gives personal data, takes an
Actor and calls ``require``. A plain text is nobody and may nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Self

from convdata.errors import NotForYou
from convdata.sight import MaskTexts, Sight


class Role(StrEnum):
    """What a person is at the dashboard. One person may have several: what they may do adds up."""

    AGENT = "agent"
    TRAINER = "trainer"
    MANAGER = "manager"
    ADMIN = "admin"


class Right(StrEnum):
    """Everything that one may do or see. The labels complete "may …"."""

    READ_LIST = "read_list"
    READ_CONVERSATION = "read_conversation"
    SEE_PERSONAL = "see_personal"
    REVEAL = "reveal"
    MUTE = "mute"
    UNMUTE = "unmute"
    REPLY = "reply"
    KEEP_REPLIES = "keep_replies"
    SET_STATUS = "set_status"
    ERASE = "erase"
    DOWNLOAD_USER = "download_user"
    DOWNLOAD_CONVERSATION = "download_conversation"
    DOWNLOAD_LIST = "download_list"
    DOWNLOAD_REPORT = "download_report"
    IMPORT = "import"
    READ_REVIEW = "read_review"
    REVIEW = "review"
    REVIEW_EXPORT = "review_export"
    TEACH = "teach"
    READ_TRENDS = "read_trends"
    MARK_DAYS = "mark_days"
    ALERTS = "alerts"
    READ_ACTIVITY = "read_activity"
    EXPORT_ACTIVITY = "export_activity"
    RETENTION = "retention"
    BACKUP = "backup"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Mapping[Right, str] = {
    Right.READ_LIST: "see the list of customers",
    Right.READ_CONVERSATION: "open a conversation",
    Right.SEE_PERSONAL: "see names, e-mail addresses and phone numbers unmasked",
    Right.REVEAL: "reveal what is masked, which is recorded",
    Right.MUTE: "mute the bot",
    Right.UNMUTE: "unmute the bot",
    Right.REPLY: "answer customers",
    Right.KEEP_REPLIES: "keep answers for everybody, and drop them",
    Right.SET_STATUS: "set and clear Need Help",
    Right.ERASE: "delete a customer for good",
    Right.DOWNLOAD_USER: "download a customer's data",
    Right.DOWNLOAD_CONVERSATION: "download a conversation",
    Right.DOWNLOAD_LIST: "download the list of customers",
    Right.DOWNLOAD_REPORT: "download the report of Trends",
    Right.IMPORT: "import conversations",
    Right.READ_REVIEW: "see Review",
    Right.REVIEW: "decide in Review",
    Right.REVIEW_EXPORT: "export training data",
    Right.TEACH: "add training files",
    Right.READ_TRENDS: "see Trends",
    Right.MARK_DAYS: "mark days on the charts",
    Right.ALERTS: "set up alerts",
    Right.READ_ACTIVITY: "see who did what",
    Right.EXPORT_ACTIVITY: "export who did what",
    Right.RETENTION: "decide how long customers are kept",
    Right.BACKUP: "back up and restore",
}

_AGENT, _TRAINER, _MANAGER, _ADMIN = Role

# The table. An admin may everything; what no one else may is the installation's: how long things are kept, and backups.
ALLOWED: Mapping[Right, frozenset[Role]] = {
    right: frozenset(roles)
    for right, roles in {
        Right.READ_LIST: (_AGENT, _TRAINER, _MANAGER, _ADMIN),
        Right.READ_CONVERSATION: (_AGENT, _TRAINER, _MANAGER, _ADMIN),
        # Who answers somebody has to know to whom they speak. A trainer needs sentences, not people.
        Right.SEE_PERSONAL: (_AGENT, _ADMIN),
        Right.REVEAL: (_AGENT, _MANAGER, _ADMIN),
        Right.MUTE: (_AGENT, _ADMIN),
        # A manager may give a forgotten conversation back to the bot, and not talk to the customer.
        Right.UNMUTE: (_AGENT, _MANAGER, _ADMIN),
        Right.REPLY: (_AGENT, _ADMIN),
        Right.KEEP_REPLIES: (_AGENT, _ADMIN),
        Right.SET_STATUS: (_AGENT, _MANAGER, _ADMIN),
        Right.ERASE: (_MANAGER, _ADMIN),
        Right.DOWNLOAD_USER: (_AGENT, _MANAGER, _ADMIN),
        Right.DOWNLOAD_CONVERSATION: (_AGENT, _MANAGER, _ADMIN),
        Right.DOWNLOAD_LIST: (_MANAGER, _ADMIN),
        Right.DOWNLOAD_REPORT: (_TRAINER, _MANAGER, _ADMIN),
        Right.IMPORT: (_TRAINER, _ADMIN),
        Right.READ_REVIEW: (_TRAINER, _MANAGER, _ADMIN),
        Right.REVIEW: (_TRAINER, _ADMIN),
        Right.REVIEW_EXPORT: (_TRAINER, _ADMIN),
        Right.TEACH: (_TRAINER, _ADMIN),
        Right.READ_TRENDS: (_AGENT, _TRAINER, _MANAGER, _ADMIN),
        Right.MARK_DAYS: (_TRAINER, _MANAGER, _ADMIN),
        Right.ALERTS: (_MANAGER, _ADMIN),
        Right.READ_ACTIVITY: (_MANAGER, _ADMIN),
        Right.EXPORT_ACTIVITY: (_MANAGER, _ADMIN),
        Right.RETENTION: (_ADMIN,),
        Right.BACKUP: (_ADMIN,),
    }.items()
}


class Actor(str):
    """The name under which acts are recorded, with what its bearer may do: ``Actor("Ada", Role.AGENT)``."""

    roles: frozenset[Role]
    rights: frozenset[Right]
    sight: Sight = Sight()

    def __new__(cls, name: str, *roles: Role) -> Self:
        actor = super().__new__(cls, name)
        actor.roles = frozenset(roles)
        actor.rights = frozenset(right for right, who in ALLOWED.items() if who & actor.roles)
        return actor

    def __reduce__(self) -> tuple[type[Self], tuple[str, ...], dict[str, Sight]]:
        # What was given to a program alone, or was revealed, is not handed on in a copy: a copy may less, never more.
        return type(self), (str(self), *sorted(self.roles)), {"sight": replace(self.sight, revealed=frozenset())}

    def __setstate__(self, state: dict[str, Sight]) -> None:
        self._look(state["sight"])

    def with_sight(self, sight: Sight) -> Self:
        """The same person, with more or less hidden from them: in privacy mode they may neither see nor reveal."""
        actor = type(self)(str(self), *self.roles)
        actor.rights = self.rights
        actor._look(sight)
        return actor

    def _look(self, sight: Sight) -> None:
        self.sight = sight
        if sight.private:
            self.rights -= {Right.SEE_PERSONAL, Right.REVEAL}

    def may(self, right: Right) -> bool:
        return right in self.rights

    def sees(self, customer_key: str) -> bool:
        """Whether they are shown who this customer is."""
        return self.may(Right.SEE_PERSONAL) or (self.may(Right.REVEAL) and customer_key in self.sight.revealed)

    def reads(self, customer_key: str) -> bool:
        """Whether they are shown the personal data that stands in what was said to and by this customer."""
        if self.sight.texts is MaskTexts.TRUE:
            return self.may(Right.REVEAL) and customer_key in self.sight.revealed
        return self.sight.texts is MaskTexts.FALSE or self.sees(customer_key)


def program(name: str, *rights: Right) -> Actor:
    """A program that acts under a name of its own, with these rights and no others."""
    actor = Actor(name)
    actor.rights = frozenset(rights)
    return actor


def require(by: str, right: Right) -> None:
    """Raises NotForYou, saying who can, unless ``by`` is an Actor with this right."""
    if not isinstance(by, Actor) or not by.may(right):
        raise NotForYou(f"Your role does not let you {right.label}; {who_may(right)} can.")


def who_may(right: Right) -> str:
    """ "an agent or an admin"."""
    return _either(role for role in Role if role in ALLOWED[right])


def _either(roles: Iterable[Role]) -> str:
    *first, last = (f"{'an' if role[0] in 'a' else 'a'} {role}" for role in roles)
    return f"{', '.join(first)} or {last}" if first else last
