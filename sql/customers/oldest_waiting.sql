-- Who needs help, the longest waiting first.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    customers.need_help_since as need_help_since,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name
from customers
join people on people.customer_key = customers.customer_key
where customers.status = 'need_help'
order by
    customers.need_help_since,
    customers.customer_key
limit :many
