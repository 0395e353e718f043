"""Dialogflow CX: the CSV of training phrases that the console imports, one intent after the other."""

import csv
import io
from collections.abc import Sequence

from convdata.review.exports import Example, Format, not_a_formula, one_line

FORMAT = Format(
    "dialogflow_cx",
    "Dialogflow CX (CSV)",
    "csv",
    "text/csv",
    "For Intents › Import in the console: display name, language and phrase, one phrase a line.",
)


def write(examples: Sequence[Example]) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["Intent Display Name", "Language", "Phrase"])
    for example in examples:
        text = one_line(example.text)
        if text:
            rows.writerow([not_a_formula(one_line(example.intent)), example.language, not_a_formula(text)])
    return out.getvalue().encode()
