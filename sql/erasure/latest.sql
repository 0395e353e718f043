-- How many customers were erased, and when the last one was.
select
    count(*) as erased,
    max(erased.erased_at) as last_at
from erased
