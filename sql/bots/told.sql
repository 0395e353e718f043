-- What a bot was last told of one customer, and how often it was tried in vain to tell it more.
select
    bots_told.told_until as told_until,
    bots_told.attempts as attempts
from bots_told
where bots_told.customer_key = cast(:customer_key as uuid)
