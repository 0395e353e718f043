"""JSON Lines: intent, text and language, one object a line."""

import json
from collections.abc import Sequence

from convdata.review.exports import Example, Format

FORMAT = Format("jsonl", "JSON Lines", "jsonl", "application/x-ndjson", "One object a line, for scripts of your own.")


def write(examples: Sequence[Example]) -> bytes:
    # ensure_ascii keeps even U+2028 from ending a line for those who read lines.
    lines = (json.dumps(example._asdict(), ensure_ascii=True) for example in examples if example.text.strip())
    return "".join(f"{line}\n" for line in lines).encode()
