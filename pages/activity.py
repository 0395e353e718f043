"""Who did what, when and why."""

from pages.parts.records import acts_filter, records_table
from pages.parts.records_out import records_out

chosen = acts_filter()
records_out(chosen)
records_table(chosen)
