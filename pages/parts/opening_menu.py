"""What a click on a chart does, for those who use no pointer: a menu of its marks, each with how many conversations it opens."""

from collections.abc import Sequence

import streamlit as st

from pages.parts.literal import escaped

MOST = 300  # entries; a longer menu helps nobody, and the table has them all


def opening_menu(key: str, entries: Sequence[tuple[str, int]], help: str) -> int | None:
    """The place of the entry that was chosen. Names are data, and two that are cut may look the same."""
    if not entries:
        return None
    labels: list[str] = []
    seen: dict[str, int] = {}
    for name, many in entries[:MOST]:
        label = f"{escaped(name, 60)} · {many:,}"
        seen[label] = seen.get(label, 0) + 1
        labels.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return st.menu_button(
        "Conversations",
        range(len(labels)),
        format_func=labels.__getitem__,
        key=f"{key}_menu",
        type="tertiary",
        icon=":material/arrow_forward:",
        help=help,
    )
