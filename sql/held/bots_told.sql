-- What the bot was told about one customer.
select
    cast(bots_told.customer_key as varchar) as customer_key,
    bots_told.told_until as told_until,
    bots_told.attempts as attempts,
    bots_told.due_at as due_at
from bots_told
where bots_told.customer_key = cast(:customer_key as uuid)
