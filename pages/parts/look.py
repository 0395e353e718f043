"""The little that Streamlit's elements and theme have no setting for: `look.css`, read once, in the frame."""

from pathlib import Path

import streamlit as st

_LOOK = st.components.v2.component(
    "misheard_look", css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"), isolate_styles=False
)


def look() -> None:
    """Beside what takes no room in the frame, so that it takes none itself."""
    _LOOK(key="look", height=0)
