-- For whom the bot is silent now, those first who have been idle longest, and how many they are in all.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    customers.last_message_at as last_message_at,
    customers.muted_at as muted_at,
    customers.muted_until as muted_until,
    customers.muted_by as muted_by,
    count(*) over () as muted
from customers
join people on people.customer_key = customers.customer_key
where customers.muted_until > cast(:now as timestamp)
order by customers.last_message_at, customers.customer_key
limit :limit
