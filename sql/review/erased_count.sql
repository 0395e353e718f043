-- How many customers were erased so far.
select count(*) as erased
from erased
