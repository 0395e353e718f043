-- Customers whose bot has not been told yet that it is to be silent, or that it may answer again.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    people.customer_id as customer_id,
    customers.last_user_at as last_user_at,
    customers.muted_until as muted_until,
    coalesce(bots_told.attempts, 0) as attempts
from customers
join people on people.customer_key = customers.customer_key
left join bots_told on bots_told.customer_key = customers.customer_key
where customers.muted_until > cast(:now as timestamp)
  and (cast(:channels as varchar[]) is null or customers.channel = any(cast(:channels as varchar[])))
  and (cast(:customer_key as uuid) is null or customers.customer_key = cast(:customer_key as uuid))
  and (
      bots_told.told_until is distinct from customers.muted_until
      and coalesce(bots_told.due_at, cast(:now as timestamp)) <= cast(:now as timestamp)
  )
union all
select
    cast(customers.customer_key as varchar),
    customers.channel,
    people.customer_id,
    customers.last_user_at,
    cast(null as timestamp),
    bots_told.attempts
from bots_told
join customers on customers.customer_key = bots_told.customer_key
join people on people.customer_key = bots_told.customer_key
where bots_told.told_until is not null
  and bots_told.due_at <= cast(:now as timestamp)
  and (customers.muted_until is null or customers.muted_until <= cast(:now as timestamp))
  and (cast(:channels as varchar[]) is null or customers.channel = any(cast(:channels as varchar[])))
  and (cast(:customer_key as uuid) is null or customers.customer_key = cast(:customer_key as uuid))
limit 500
