-- One thing the store knows of itself.
select value
from store_facts
where name = :name
