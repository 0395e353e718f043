"""What the bot does not understand, in groups, the most costly first: what they mean, and whether teaching it helped."""

import streamlit as st

from pages.parts.live import only_what_is_everywhere
from pages.parts.review_board import board
from pages.parts.review_desk import review_desk
from pages.parts.review_exports import export_button, past_exports, training_files
from pages.parts.review_filters import BOARD, EXPORTS, view, wanted
from pages.parts.review_progress import week

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="review_top"):
    shown = view()
    export_button()
week()

if shown == BOARD:
    board()
    only_what_is_everywhere("review_live")
elif shown == EXPORTS:
    exported, taught = st.columns([3, 2], gap="large")
    with exported:
        past_exports()
    with taught:
        training_files()
    only_what_is_everywhere("review_live")
else:
    review_desk(wanted(shown))
