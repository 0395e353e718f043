-- When the bot was silent for one customer.
select
    cast(mutes.customer_key as varchar) as customer_key,
    cast(mutes.mute_id as varchar) as mute_id,
    mutes.muted_at as muted_at,
    mutes.muted_until as muted_until,
    mutes.muted_by as muted_by,
    mutes.ended_at as ended_at,
    mutes.ended_by as ended_by
from mutes
where mutes.customer_key = cast(:customer_key as uuid)
order by mutes.muted_at
