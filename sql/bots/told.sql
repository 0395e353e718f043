-- What a bot was last told of one customer.
select bots_told.told_until as told_until
from bots_told
where bots_told.customer_key = cast(:customer_key as uuid)
