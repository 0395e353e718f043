-- Which of some customers are there; nobody erases them until this transaction ends.
-- incoming: customer_key uuid
select cast(customers.customer_key as varchar) as customer_key
from customers
join incoming on incoming.customer_key = customers.customer_key
order by customers.customer_key
for share of customers
