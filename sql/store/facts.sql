-- What the store knows of itself: its secret, its time zone.
select
    name,
    value
from store_facts
