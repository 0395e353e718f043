"""What Streamlit itself answers, and how it is set (threat model E16): a new release that answers more is noticed here."""

import tomllib

import pytest
from streamlit.web.server.starlette import (
    starlette_agent_routes,
    starlette_auth_routes,
    starlette_routes,
    starlette_websocket,
)

from convdata.settings import PROJECT
from pages.parts.front_door import GUARDS
from routes.doorkeeper import CLOSED, FOR_PROGRAMS, _for_programs

# The addresses of its own that Streamlit 1.67 knows. What is new has to be thought about: who may ask for it, and whether
# routes/doorkeeper.py stands before it.
KNOWN = {
    "_stcore", "_stcore/health", "_stcore/script-health-check", "_stcore/metrics", "_stcore/host-config", "_stcore/upload_file",
    "_stcore/upload_file/{session_id}/{file_id}", "_stcore/bidi-components/{path:path}", "_stcore/stream",
    "media", "media/{file_id:path}", "component", "component/{path:path}", "static", "app/static", "app/static/{path:path}",
    # Off, and where people sign in the server does not start with it on (front_door.GUARDS).
    "_stcore/agent/interact", "_stcore/agent/openapi.json", "_stcore/agent/mcp",
    # Only where OpenID Connect is set up.
    "auth/login", "auth/logout", "oauth2callback",
}  # fmt: skip


def config() -> dict:
    return tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_as_it_comes_it_listens_on_this_computer_and_says_nothing_of_errors() -> None:
    assert config()["server"]["address"] == "127.0.0.1"
    assert config()["client"]["showErrorDetails"] == "none"
    assert config()["client"]["showErrorLinks"] is False
    assert config()["client"]["disableDataExport"] is True
    assert config()["browser"]["gatherUsageStats"] is False
    assert config()["logger"]["enableRich"] is False


@pytest.mark.parametrize(("name", "wanted"), [(name, wanted) for name, wanted, _ in GUARDS])
def test_no_guard_is_turned_off_in_what_we_ship(name: str, wanted: bool) -> None:
    section, _, option = name.partition(".")
    assert config().get(section, {}).get(option, wanted) is wanted


def test_of_streamlits_own_addresses_only_its_health_is_everybodys() -> None:
    assert "/_stcore/metrics" in CLOSED
    for path in (
        "/_stcore/stream",
        "/_stcore/upload_file/a/b",
        "/_stcore/host-config",
        "/media/a.csv",
        "/",
        "/customers",
    ):
        assert not _for_programs(path), f"{path} is let by the sign-in"
    assert [path for path in FOR_PROGRAMS if path.startswith("/_stcore")] == ["/_stcore/health"]


def test_streamlit_answers_no_address_that_we_have_not_thought_about() -> None:
    found = set()
    for module in (starlette_routes, starlette_websocket, starlette_agent_routes, starlette_auth_routes):
        for name, value in vars(module).items():
            if "ROUTE" in name and isinstance(value, str) and not value.startswith(".."):
                found.add(value.strip("/"))
    assert {"_stcore/health", "_stcore/stream", "_stcore/agent/interact"} <= found, (
        "Streamlit names its routes otherwise now"
    )
    assert found <= KNOWN
