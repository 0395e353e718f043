-- When the bot was silent for one visitor of the webchat; none for who did not come through it.
select
    mutes.muted_at as muted_at,
    coalesce(mutes.ended_at, mutes.muted_until) as ended_at
from mutes
join visitors on visitors.customer_key = mutes.customer_key
where mutes.customer_key = cast(:customer_key as uuid)
  and visitors.customer_key = cast(:customer_key as uuid)
