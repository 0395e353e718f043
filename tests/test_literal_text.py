"""Rules that keep what customers wrote literal (product rule 16): nothing on a page can make HTML or Markdown of it."""

import ast
import re
from pathlib import Path

import pytest

from convdata.settings import PROJECT
from pages.parts.literal import escaped

SOURCES = sorted([*(PROJECT / "pages").rglob("*.py"), PROJECT / "app.py"])
SCRIPTS = sorted([*(PROJECT / "pages").rglob("*.js"), *(PROJECT / "routes").rglob("*.js")])

# Elements that read Markdown in their first argument, and would fetch a picture from it.
MARKDOWN = {
    "markdown", "write", "caption", "title", "header", "subheader", "error", "info", "warning", "success", "toast",
    "button", "metric", "expander", "popover", "page_link", "link_button", "download_button", "badge", "status",
}  # fmt: skip
# Elements that read files, fetch addresses or run HTML: nothing of a customer's may ever reach them.
NEVER = {"image", "html", "iframe", "exception", "video", "audio", "pdf", "chat_message"}
# Whose text is somebody else's, by the name of the attribute.
THEIRS = {
    "first_name", "last_name", "email", "phone_number", "comments", "customer_id", "text", "last_text", "intent",
    "reason", "need_help_reason", "mute_reason", "further_data", "photo_url", "agent", "utterance",
}  # fmt: skip
MADE_SAFE = {"escaped", "plain", "literal"}


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: f.relative_to(PROJECT).as_posix())
def test_nothing_of_a_customers_reaches_markdown_unescaped(file: Path) -> None:
    for call in (n for n in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        of_streamlit = (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "st"
        )
        assert not any(k.arg == "unsafe_allow_html" for k in call.keywords), f"line {call.lineno}"
        if of_streamlit:
            assert name not in NEVER, f"st.{name} at line {call.lineno}"
            if name in MARKDOWN:
                for argument in [*call.args, *(k.value for k in call.keywords if k.arg in ("label", "help", "body"))]:
                    assert not theirs(argument), f"st.{name} at line {call.lineno}: pass it through escaped()"


def theirs(node: ast.AST) -> bool:
    """Whether an expression holds somebody's text that did not go through escaped() or plain()."""
    if isinstance(node, ast.Call):
        made_by = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if made_by in MADE_SAFE:
            return False
    if isinstance(node, ast.Attribute) and node.attr in THEIRS:
        return True
    return any(theirs(child) for child in ast.iter_child_nodes(node))


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda f: f.relative_to(PROJECT).as_posix())
def test_scripts_write_text_and_never_html(file: Path) -> None:
    code = re.sub(r"//[^\n]*", "", file.read_text(encoding="utf-8"))
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert word not in code, word


@pytest.mark.parametrize(
    "text", ["see http://evil.example/b", "HTTPS://evil.example", "www.evil.example", "a@evil.example"]
)
def test_an_address_does_not_become_a_link(text: str) -> None:
    """The browser's Markdown links addresses in text, escaped or not; a browser test looks at the page itself."""
    made = escaped(text)
    assert not re.search(r"(?i)(https?|www)\\[:.]|[\w+]\\@", made)
    assert made.replace("\u2060", "").replace("\\", "") == text
