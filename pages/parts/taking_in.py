"""Import a file from the dashboard."""


def import_button() -> None: ...
