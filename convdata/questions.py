"""The folder ``sql/`` as questions and changes: a path, a sentence, a text.

A file's first comment is what it asks or does, in a sentence that readers see under "How is this counted?". A question
that reads ``from picked`` is asked of the conversations that the filters pick. A change that reads ``from incoming``
declares the columns of its rows in a comment, ``-- incoming: customer_key uuid, sent_at timestamp``; the store hands
the rows over in its own quickest way.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

SQL = Path(__file__).resolve().parent.parent / "sql"


@dataclass(frozen=True)
class Question:
    """One file of ``sql/``: ``columns`` are (name, type) of the incoming rows, empty where there are none."""

    path: str
    sentence: str
    text: str
    columns: tuple[tuple[str, str], ...]

    @cached_property
    def reads_picked(self) -> bool:
        return bool(re.search(r"\bpicked\b", self.text))

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(re.findall(r"(?<![:\w]):([a-z_][a-z0-9_]*)", self.text)))


def paths() -> tuple[str, ...]:
    """Every question and change by path, without the schema and the dialect twins."""
    names = sorted(p.relative_to(SQL).as_posix() for p in SQL.rglob("*.sql"))
    return tuple(n[:-4] for n in names if not n.startswith("schema/") and not n.endswith(".postgresql.sql"))


@cache
def question(path: str, kind: str = "duckdb") -> Question:
    """The question at that path; on Postgres its twin ``….postgresql.sql`` where there is one."""
    file = SQL / f"{path}.{kind}.sql"
    if not file.exists():
        file = SQL / f"{path}.sql"
    text = file.read_text(encoding="utf-8")
    comments = [line[2:].strip() for line in text.splitlines() if line.startswith("--")]
    declared = next((c.removeprefix("incoming:") for c in comments if c.startswith("incoming:")), "")
    columns = tuple(
        (name, kind_of)
        for name, kind_of in (part.strip().split(" ", 1) for part in declared.split(",") if part.strip())
    )
    sentence = " ".join(c for c in comments if not c.startswith("incoming:"))
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
    return Question(path, sentence, body, columns)


def with_steps(text: str, *steps: str) -> str:
    """Put named steps in front of a statement's own; DuckDB refuses a second, nested ``with``."""
    if not steps:
        return text
    if text.lower().startswith("with "):
        return f"with {', '.join(steps)}, {text[5:]}"
    return f"with {', '.join(steps)} {text}"
