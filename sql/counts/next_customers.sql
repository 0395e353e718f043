-- Customers in the order of their keys, some at a time.
select cast(customers.customer_key as varchar) as customer_key
from customers
where customers.customer_key > cast(:after as uuid)
order by customers.customer_key
limit :many
