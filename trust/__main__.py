"""The command behind `make trust`: gives every show on both stores, prints one table, and fails if any of it does."""

import argparse
import os
import sys
import time
import traceback
from datetime import UTC, datetime

from trust.place import KINDS, a_place
from trust.shows import SHOWS, Show


def main() -> int:
    parser = argparse.ArgumentParser(prog="make trust", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, a few minutes")
    parser.add_argument(
        "--only", metavar="NAME", choices=[show.name for show in SHOWS], action="append", help="one show"
    )
    parser.add_argument("--store", choices=(*KINDS, "both"), default="both")
    asked = parser.parse_args()
    kinds = KINDS if asked.store == "both" else (asked.store,)
    load = f"{os.cpu_count()} processors, {os.getloadavg()[0]:.1f} wanted by others"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {load}\n", flush=True)
    print("| show | store | figure | result |\n| --- | --- | --- | --- |", flush=True)
    failed = 0
    for show in SHOWS:
        for kind in kinds if not asked.only or show.name in asked.only else ():
            failed += not given(show, kind, show.quick if asked.quick else show.full)
    print(f"\n{'everything holds' if not failed else f'{failed} failed'}", flush=True)
    return 1 if failed else 0


def given(show: Show, kind: str, many: int) -> bool:
    """Prints its line; whether it holds."""
    began = time.monotonic()
    try:
        with a_place(kind) as place:
            figure, result = show.run(place, many), "holds"
    except Exception as wrong:
        traceback.print_exc(file=sys.stderr)
        said = str(wrong).strip().splitlines() or [""]
        figure, result = f"{type(wrong).__name__} after {time.monotonic() - began:.0f} s: {said[0][:200]}", "FAILED"
    print(f"| {show.sentence} | {kind} | {figure} | {result} |", flush=True)
    return result == "holds"


if __name__ == "__main__":
    sys.exit(main())
