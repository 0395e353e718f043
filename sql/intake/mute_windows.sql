-- When the bot was silent for the customers of a batch.
-- incoming: customer_key uuid
select
    cast(mutes.customer_key as varchar) as customer_key,
    cast(mutes.mute_id as varchar) as mute_id,
    mutes.muted_at as muted_at,
    mutes.muted_until as muted_until,
    mutes.ended_at as ended_at
from mutes
join incoming on incoming.customer_key = mutes.customer_key
order by mutes.muted_at
