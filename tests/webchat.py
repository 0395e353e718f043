"""A visitor of the webchat without a browser: what the widget sends, and what it gets."""

from itertools import count
from typing import Any

from starlette.testclient import TestClient

SITE = "https://shop.example"
AT = "/api/v1/webchat"
STREAM = f"{AT}/stream"
BOT = f"{AT}/bot/messages"
_numbers = count(1)


class Visitor:
    """``token`` is the session's; without one, a session is opened."""

    def __init__(self, client: TestClient, token: str | None = None, origin: str = SITE, **stated: Any) -> None:
        self.client = client
        self.origin = {"Origin": origin, "Authorization": ""}
        if token is None:
            answer = client.post(f"{AT}/sessions", json=stated, headers=self.origin)
            assert answer.status_code == 201, answer.text
            token = answer.json()["session"]
        self.token = token

    @property
    def id(self) -> str:
        return self.token.split(".")[0]

    @property
    def headers(self) -> dict[str, str]:
        return self.origin | {"Authorization": f"Bearer {self.token}"}

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(f"{AT}/{path}", json=body, headers=self.headers)

    def write(self, text: str = "Hello", **more: Any) -> Any:
        return self.post("messages", {"message_id": f"m{next(_numbers)}", "text": text} | more)

    def read(self, after: str | None = None) -> Any:
        query = f"?after={after}" if after else ""
        return self.client.get(f"{AT}/messages{query}", headers=self.headers)

    def texts(self, after: str | None = None) -> list[str]:
        return [message["text"] for message in self.read(after).json()["messages"]]

    def stream(self) -> Any:
        return self.client.websocket_connect(STREAM, headers={"Origin": self.origin["Origin"]})

    def hello(self, after: str = "0", **more: Any) -> dict[str, Any]:
        return {"session": self.token, "after": after, "tab": "t"} | more
