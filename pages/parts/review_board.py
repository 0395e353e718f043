"""Whether fixes held: failures per week by how their group stands now, and the groups that came back."""

import pandas as pd
import streamlit as st

from convdata.questions import question
from convdata.review import progress, queue
from convdata.review.queue import COME_BACK, Wanted
from convdata.vocabulary import ReviewState
from pages.parts import desk, words
from pages.parts.cards import explained
from pages.parts.literal import plain

# New failures are what hurts; what was fixed is quiet.
STANDINGS = {
    "came back": ("#A92A22", "#F58F86"),
    "new": ("#B26A00", "#E8A33D"),
    "decided": ("#4F46B8", "#A8A1F2"),
    "fixed": ("#5B7F6C", "#8FB3A0"),
    "ignored": ("#9AA0AC", "#5C6370"),
}


def board() -> None:
    rows = progress.board(desk.store(), desk.today())
    st.subheader("Failures per week", anchor=False)
    if rows:
        frame = pd.DataFrame(rows, columns=["week", "standing", "messages"])
        table = frame.pivot_table(index="week", columns="standing", values="messages", fill_value=0)
        table.index = [f"{week.day} {week:%b}" for week in table.index]
        shown = [name for name in STANDINGS if name in table]
        dark = st.context.theme.type == "dark"
        st.bar_chart(
            table[shown].rename_axis("Week"), color=[STANDINGS[name][dark] for name in shown], height=260, stack=True,
            x_label="Week beginning", y_label="Failures", sort=False,
            alt="Failures per week, by whether their group is fixed, came back, decided, new or ignored",
        )  # fmt: skip
    else:
        st.caption("Nothing has failed yet.")
    with st.container(horizontal=True, key="board_actions"), explained():
        st.markdown(question("review/board").sentence)
        st.markdown(
            "A resolved group keeps watching: a failure that belongs to it and was said after its fix date brings it back."
        )
    st.subheader("Fixed groups and what became of them", anchor=False)
    watched = Wanted(states=(ReviewState.RESOLVED, COME_BACK), singles=None, sorting="newest")
    found = queue.listed(desk.store(), watched, desk.today(), by=desk.reader())
    if not found.total:
        st.caption(
            "Nothing was marked as fixed yet. Decide a group, export it, teach the bot, then use *Mark as fixed*."
        )
        return
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Group": plain(g.name, 120),
                    "Intent": plain(g.row.intent, 60),
                    "Standing": "Came back" if g.came_back else "Holds",
                    "Fixed": desk.local(g.row.fixed_at).date() if g.row.fixed_at else None,
                    "Failures before": g.row.before_fix,
                    "since": g.row.after_fix,
                    "Per week": list(g.weeks),
                }
                for g in found.groups
            ]
        ),
        hide_index=True,
        column_config={"Per week": st.column_config.BarChartColumn("Last 12 weeks", width="small")},
        alt="Groups that were fixed, with failures before and since",
    )
    if found.total > len(found.groups):
        st.caption(f"The latest {len(found.groups)} of {words.plural(found.total, 'group')}.")
