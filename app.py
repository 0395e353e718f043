"""The server: the dashboard, the HTTP routes, and what runs in the background, in one process. `streamlit run app.py`"""

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).parent / "pages" / "frame.py")
