"""Delete a customer: the question before it, and the receipt after."""

import json
from functools import partial

import streamlit as st

from convdata import erasure
from convdata.channels import channel
from convdata.database import Row
from convdata.erasure import Going, Receipt
from convdata.errors import NotFound
from convdata.rights import Right
from convdata.telling import goodbye
from pages.parts import desk, words
from pages.parts.failures import said_as_sentences
from pages.parts.handing_over import download_button
from pages.parts.literal import escaped


def delete_button(customer: Row) -> None:
    if desk.may(Right.ERASE) and st.button(
        "Delete user and conversation",
        key="delete",
        type="tertiary",
        icon=":material/delete_forever:",
        help="Everything that is kept about this customer, for good. You are asked first.",
    ):
        _ask_first(customer.customer_key)


def receipt_of(key: str | None) -> bool:
    """The receipt, where this session has just erased that customer; says whether there is one."""
    whose, receipt = st.session_state.get("receipt", (None, None))
    if receipt is None or whose != key:
        return False
    _show(receipt)
    return True


@st.dialog("Delete user and conversation", icon=":material/delete_forever:")
def _ask_first(key: str) -> None:
    with said_as_sentences():
        going = erasure.what_goes(desk.store(), key, by=desk.reader())
        st.markdown(f"Delete **{escaped(_name(going), 120)}** ({escaped(channel(going.channel).title)}) for good?")
        st.markdown(
            f"This takes away who they are, {words.plural(going.messages, 'message')}{_days(going)}, "
            f"{words.plural(going.acts, 'record')} of what was done, and everything counted from them. "
            "Nobody can bring it back; a late message of this history is kept out."
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            cancelled = st.button("Cancel", key="delete_cancel")
            confirmed = st.button(":red[Delete for good]", key="delete_confirm")
        if confirmed:
            try:
                tell_the_bot = goodbye(desk.store(), key)
                receipt = erasure.erase(desk.store(), key, by=desk.reader(), now=desk.now())
                tell_the_bot(desk.now())
            except NotFound:  # by somebody else, or by the first of two clicks
                st.rerun()
            st.session_state.receipt = (key, receipt)
        if confirmed or cancelled:
            st.rerun()


def _show(receipt: Receipt) -> None:
    gone = receipt.rows
    when = desk.local(receipt.erased_at)
    st.success("The customer and the conversation were deleted.", icon=":material/check:")
    st.markdown(
        f"{words.plural(gone['messages'], 'message')}, {words.plural(gone['activity'], 'record')} and everything known of "
        f"the person are gone. The bytes leave the store's file within a minute or two."
    )
    st.caption(
        f"Receipt {receipt.reference} · {escaped(channel(receipt.channel).title)} · {when.day} {when:%b %Y, %H:%M} · "
        f"by {escaped(receipt.erased_by)}. It also stands under Activity, without the person."
    )
    with st.container(horizontal=True):
        st.page_link("customers.py", label="To the customers", icon=":material/group:")
        download_button(
            "Receipt",
            partial(_sealed, receipt),
            f"misheard-receipt-{receipt.reference}.json",
            "application/json",
            key="receipt_file",
            type="tertiary",
            icon=":material/download:",
            help="Sealed by this store: `misheard check --receipt` tells later that it is this store's and unchanged.",
        )


def _sealed(receipt: Receipt) -> bytes:
    return json.dumps(receipt.as_json(), indent=2).encode()


def _name(going: Going) -> str:
    return going.name if going.name != "Anonymous" else f"Anonymous · {words.short_id(going.customer_id)}"


def _days(going: Going) -> str:
    if going.first_day is None or going.last_day is None:
        return ""
    first, last = going.first_day, going.last_day
    if first == last:
        return f" of {last.day} {last:%b %Y}"
    return f" from {first.day} {first:%b %Y} to {last.day} {last:%b %Y}"
