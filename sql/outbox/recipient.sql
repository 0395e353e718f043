-- A customer as somebody who may be answered: where, since when they have been silent, and for how long the bot is.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    people.customer_id as customer_id,
    people.first_name as first_name,
    customers.last_user_at as last_user_at,
    customers.muted_until as muted_until,
    customers.muted_by as muted_by
from customers
join people on people.customer_key = customers.customer_key
where customers.customer_key = cast(:customer_key as uuid)
  and people.customer_key = cast(:customer_key as uuid)
