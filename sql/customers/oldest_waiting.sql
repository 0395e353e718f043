-- Who needs help, the longest waiting first.
with waiting as materialized (
    select
        customers.customer_key,
        customers.channel,
        customers.need_help_since
    from customers
    where customers.status = 'need_help'
    order by
        customers.need_help_since,
        customers.customer_key
    limit :many
)
select
    cast(waiting.customer_key as varchar) as customer_key,
    waiting.channel as channel,
    waiting.need_help_since as need_help_since,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name
from waiting
join people on people.customer_key = waiting.customer_key
order by
    waiting.need_help_since,
    waiting.customer_key
