-- How many messages there are in the conversations of the visitors who listen; those who were erased are missing.
-- incoming: customer_key uuid
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.message_count as message_count
from incoming
join customers on customers.customer_key = incoming.customer_key
join visitors on visitors.customer_key = incoming.customer_key
