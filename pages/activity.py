"""Who did what, when and why."""

from pages.parts.records import acts_filter, records_table

acts, actors, period = acts_filter()
records_table(acts, actors, period)
