"""What Streamlit and its server log goes the way of everything else: one line of JSON each (convdata/logbook.py).

Importing this does it, so that it is done before any other part of the dashboard is imported: Streamlit logs by then.
"""

import logging

import streamlit.logger as streamlits

from convdata.errors import SettingWrong
from convdata.logbook import secrets_in, write_one_line_each
from convdata.settings import secret_values


def _set_up() -> None:
    try:
        secrets = secrets_in(secret_values())
    except SettingWrong:  # the server is about to say so, and not to start
        secrets = set()
    write_one_line_each(secrets)
    for logger in list(getattr(streamlits, "_loggers", {}).values()):
        _hand_over(logger)
    # It gives each of its loggers a handler of its own when it is first used; from now on none.
    streamlits.setup_formatter = _hand_over
    # Addresses name customers. What is asked of us we log ourselves (routes/answers.py), without them.
    logging.getLogger("uvicorn.access").addFilter(lambda record: False)
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.levelno > logging.INFO)


def of_the_server() -> None:
    """Once the server has set up its own handlers: they are taken away again."""
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _hand_over(logger: logging.Logger) -> None:
    own = getattr(logger, "streamlit_console_handler", None)
    if own is not None:
        logger.removeHandler(own)
    logger.propagate = True


_set_up()
