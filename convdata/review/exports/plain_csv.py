"""CSV: intent, text and language, for spreadsheets."""

import csv
import io
from collections.abc import Sequence

from convdata.review.exports import Example, Format, not_a_formula, one_line

FORMAT = Format("csv", "CSV", "csv", "text/csv", "For spreadsheets; what one would run as a formula is neutralised.")


def write(examples: Sequence[Example]) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["intent", "text", "language"])
    for example in examples:
        text = one_line(example.text)
        if text:
            rows.writerow([not_a_formula(one_line(example.intent)), not_a_formula(text), example.language])
    return ("\ufeff" + out.getvalue()).encode()
