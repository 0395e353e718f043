-- When the bot was silent for one visitor.
select
    mutes.muted_at as muted_at,
    coalesce(mutes.ended_at, mutes.muted_until) as ended_at
from mutes
where mutes.customer_key = cast(:customer_key as uuid)
