"""The closed lists of words: the same in Python, in SQL, in the address and on the screen."""

from enum import StrEnum


class Status(StrEnum):
    """Of a conversation, in this order of precedence (product rule 3)."""

    NEED_HELP = "need_help"
    NOT_UNDERSTOOD = "not_understood"
    OK = "ok"

    @property
    def label(self) -> str:
        return {"need_help": "Need Help", "not_understood": "Not Understood", "ok": "OK"}[self.value]


class Sender(StrEnum):
    """Who wrote a message."""

    USER = "user"
    BOT = "bot"
    AGENT = "agent"


class Kind(StrEnum):
    """How a user's message came about; *derived* text was put together from an intent and its slots."""

    TYPED = "typed"
    BUTTON = "button"
    DERIVED = "derived"
    NONE = "none"


class Act(StrEnum):
    """What can be done and is recorded (product rule 17)."""

    MUTE = "mute"
    UNMUTE = "unmute"
    UNMUTE_AUTOMATIC = "unmute_automatic"
    STATUS_NEED_HELP = "status_need_help"
    STATUS_OK = "status_ok"
    REPLY = "reply"
    ERASE = "erase"
    DOWNLOAD_USER = "download_user"
    DOWNLOAD_CONVERSATION = "download_conversation"
    DOWNLOAD_LIST = "download_list"
    DOWNLOAD_REPORT = "download_report"
    DOWNLOAD_ACTIVITY = "download_activity"
    READ = "read"
    REVEAL = "reveal"
    BACKUP = "backup"
    RESTORE = "restore"
    IMPORT = "import"
    REVIEW = "review"
    MARK_DAY = "mark_day"
    UNMARK_DAY = "unmark_day"
    DEFINE_ALERT = "define_alert"
    REMOVE_ALERT = "remove_alert"
    DOWNLOAD_NUMBERS = "download_numbers"

    @property
    def label(self) -> str:
        return {
            "mute": "Muted the bot",
            "unmute": "Unmuted the bot",
            "unmute_automatic": "Unmuted (automatic)",
            "status_need_help": "Set Need Help",
            "status_ok": "Cleared Need Help",
            "reply": "Replied",
            "erase": "Erased a customer",
            "download_user": "Downloaded user data",
            "download_conversation": "Downloaded a conversation",
            "download_list": "Downloaded a list",
            "download_report": "Downloaded a report",
            "download_activity": "Downloaded records",
            "read": "Read a conversation",
            "reveal": "Revealed a customer",
            "backup": "Backed up",
            "restore": "Restored a backup",
            "import": "Imported",
            "review": "Decided in Review",
            "mark_day": "Marked a day",
            "unmark_day": "Removed a marker",
            "define_alert": "Defined an alert",
            "remove_alert": "Removed an alert",
            "download_numbers": "Downloaded numbers",
        }[self.value]


class AlertKind(StrEnum):
    """When an alert fires: its rate is above a bound, or above that of the period before by more than so many points."""

    ABOVE = "above"
    RISE = "rise"

    @property
    def label(self) -> str:
        return {"above": "is above", "rise": "has risen by more than"}[self.value]


class MuteEnd(StrEnum):
    """What ended a mute."""

    TIMER = "timer"
    PERSON = "person"
    PROGRAM = "program"
    SUPERSEDED = "superseded"


class Delivery(StrEnum):
    """What has become of an agent's reply, as far as is known."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    TOO_LATE = "too_late"

    @property
    def label(self) -> str:
        return {
            "pending": "Waiting to be sent",
            "sending": "Sending",
            "sent": "Sent",
            "delivered": "Delivered",
            "read": "Read",
            "failed": "Not delivered",
            "unknown": "Not known whether it arrived",
            "too_late": "Too late",
        }[self.value]


# ISO 639's word for a language that nobody has stated; never a guess from the text (product rule 4).
UNDETERMINED = "und"


class ReviewState(StrEnum):
    """How a group of failures stands with the trainers. A resolved one that fails again is new, marked as come back."""

    NEW = "new"
    PENDING = "pending"
    RESOLVED = "resolved"
    IGNORED = "ignored"

    @property
    def label(self) -> str:
        return self.value.capitalize()


class ReviewKind(StrEnum):
    """The two queues of Review: what failed, and what was understood but probably wrong, which is a guess of ours."""

    FAILED = "failed"
    DOUBT = "doubt"


class Outcome(StrEnum):
    """What a trainer has decided that an utterance means."""

    INTENT = "intent"
    NEW_INTENT = "new_intent"
    OUT_OF_SCOPE = "out_of_scope"


class Doubt(StrEnum):
    """Why something understood is probably wrong."""

    REPHRASED = "rephrased"
    LOW_MARGIN = "low_margin"
    HUMAN_NEEDED = "human_needed"

    @property
    def label(self) -> str:
        return {
            "rephrased": "the customer rephrased at once",
            "low_margin": "two intents were nearly as likely",
            "human_needed": "a human was needed right after",
        }[self.value]
