"""What Misheard promises of trust, shown: each promise is a show with a figure. `make trust` prints one table."""
