"""A toy bot in the terminal that is connected to Misheard: type, and watch the dashboard.

python -m examples.bot --token …         # --url, --customer; leave with an empty line
"""

import argparse
import os

from examples.misheard_client import Misheard

ANSWERS = {
    "hello": ("greet", "Hello! I know about tickets and opening hours."),
    "ticket": ("ticket", "A ticket to anywhere is 29 euros."),
    "open": ("hours", "We are open from 9 to 18 o'clock."),
}


def understand(text: str) -> tuple[str, str] | None:
    """The intent and the answer, None where the bot does not understand."""
    return next((found for word, found in ANSWERS.items() if word in text.casefold()), None)


def converse(misheard: Misheard, customer_id: str) -> None:
    misheard.customer(customer_id, first_name="Terminal", data={"about": "somebody at a keyboard"})
    while text := input("you> ").strip():
        heard = misheard.heard(customer_id, text, language="en")
        found = understand(text)
        misheard.verdict(heard, understood=found is not None, intent=found[0] if found else "nlu_fallback")
        if "human" in text.casefold():
            misheard.need_help(customer_id, "asked for a human")
        if not misheard.may_answer(customer_id):
            print("     (the bot is silent: a person is answering)")
            continue
        answer = found[1] if found else "Sorry, I did not get that."
        print(f"bot> {answer}")
        misheard.answered(customer_id, answer, in_reply_to=heard["id"], language="en")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--url", default="http://127.0.0.1:8501")
    arguments.add_argument("--token", default=os.environ.get("MISHEARD_INTAKE_TOKEN", ""))
    arguments.add_argument("--customer", default="terminal-1")
    given = arguments.parse_args()
    with Misheard(given.url, given.token, channel="webchat", source="toy-bot") as connected:
        converse(connected, given.customer)
