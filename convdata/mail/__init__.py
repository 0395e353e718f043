"""Documents that are sent by mail."""
