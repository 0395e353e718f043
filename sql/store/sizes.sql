-- How many customers there are, their messages, and how many are muted now.
select
    count(*) as customers,
    cast(coalesce(sum(customers.message_count), 0) as bigint) as messages,
    count(*) filter (where customers.muted_until > cast(:now as timestamp)) as muted
from customers
