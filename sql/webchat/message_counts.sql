-- How many messages there are in the conversations of the visitors who listen; those who were erased are missing.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.message_count as message_count
from customers
join visitors on visitors.customer_key = customers.customer_key
where customers.customer_key = any(cast(:keys as uuid[]))
