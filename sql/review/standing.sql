-- Which of some customers are there.
-- incoming: customer_key uuid
select cast(customers.customer_key as varchar) as customer_key
from customers
join incoming on incoming.customer_key = customers.customer_key
