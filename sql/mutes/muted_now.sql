-- For whom the bot is silent now, those first who have been idle longest, and how many they are in all.
with muted as materialized (
    select
        customers.customer_key,
        customers.channel,
        customers.last_message_at,
        customers.muted_at,
        customers.muted_until,
        customers.muted_by,
        count(*) over () as muted
    from customers
    where customers.muted_until > cast(:now as timestamp)
    order by customers.last_message_at, customers.customer_key
    limit :limit
)
select
    cast(muted.customer_key as varchar) as customer_key,
    muted.channel as channel,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    muted.last_message_at as last_message_at,
    muted.muted_at as muted_at,
    muted.muted_until as muted_until,
    muted.muted_by as muted_by,
    muted.muted as muted
from muted
join people on people.customer_key = muted.customer_key
order by muted.last_message_at, muted.customer_key
