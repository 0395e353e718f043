"""Dialogflow ES: the archive of an agent's intents, one file with what each is and one with what is said."""

import io
import json
import re
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Sequence

from convdata.review.exports import Example, Format, one_line

FORMAT = Format(
    "dialogflow_es",
    "Dialogflow ES (ZIP)",
    "zip",
    "application/zip",
    "For Export and Import › Import from ZIP: intents are added to the agent, nothing is taken out.",
)
_NAMES = uuid.UUID("6f0a6f0e-52a8-4d0c-9a57-0f2f0a6f3c11")


def write(examples: Sequence[Example]) -> bytes:
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        text = one_line(example.text)
        if text:
            said[one_line(example.intent)][_language(example.language)].append(text)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "package.json", {"version": "1.0.0"})
        for intent, by_language in said.items():
            name = _file_name(intent)
            about = {
                "id": str(uuid.uuid5(_NAMES, intent)),
                "name": intent,
                "auto": True,
                "contexts": [],
                "responses": [],
            }
            _add(archive, f"intents/{name}.json", about)
            for language, texts in by_language.items():
                phrases = [
                    {"id": str(uuid.uuid5(_NAMES, f"{intent}\0{language}\0{text}")), "data": [{"text": text, "userDefined": False}], "isTemplate": False, "count": 0}
                    for text in dict.fromkeys(texts)
                ]  # fmt: skip
                _add(archive, f"intents/{name}_usersays_{language}.json", phrases)
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: object) -> None:
    # A fixed time, so that the same decisions give the same file.
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), json.dumps(content, ensure_ascii=False, indent=2))


def _file_name(intent: str) -> str:
    name = re.sub(r"[^\w. -]+", "_", intent)[:80].strip(". ") or "intent"
    return name if name == intent else f"{name}-{uuid.uuid5(_NAMES, intent).hex[:8]}"


def _language(code: str) -> str:
    return "en" if code == "und" else re.sub(r"[^\w-]", "", code)
