-- Whether there is a customer of that key.
select 1 as known
from customers
where customers.customer_key = cast(:customer_key as uuid)
