-- Whether there is any customer at all.
select 1 as one
from customers
limit 1
