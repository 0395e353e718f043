"""Which browser the tests drive: the Chromium or Chrome of the machine. `python -m tests.browser.chromium` installs it where it may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
MISSING = (
    "The browser tests need Chromium or Google Chrome, and none is installed: on Debian, apt-get install chromium; "
    f"elsewhere, put one of {', '.join(NAMES)} on the PATH."
)


def find_chromium() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None) or next(
        (str(path) for path in MAC if path.exists()), None
    )


def install_chromium() -> None:
    """On Debian, and only for somebody who may without being asked for a password. Ubuntu's package only points to a snap."""
    release = Path("/etc/os-release")
    if not release.exists() or "ID=debian" not in release.read_text().splitlines():
        return
    may = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if may and not shutil.which("sudo"):
        return
    print("Installing Chromium for the browser tests (once)", flush=True)
    for step in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        command = [*may, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *step]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # what goes wrong, apt says itself


if __name__ == "__main__":
    if not find_chromium():
        install_chromium()
    if not find_chromium():
        sys.exit(MISSING)
