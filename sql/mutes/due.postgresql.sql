-- The mutes that are past their end and not closed yet; their conversations are locked, in the order in which all writers lock.
select
    cast(mutes.customer_key as varchar) as customer_key,
    cast(mutes.mute_id as varchar) as mute_id,
    customers.channel as channel,
    mutes.muted_at as muted_at,
    mutes.muted_until as muted_until
from mutes
join customers on customers.customer_key = mutes.customer_key
where mutes.ended_at is null
  and mutes.muted_until <= cast(:now as timestamp)
order by mutes.customer_key, mutes.muted_at
for update of customers
