-- Days that are kept of customers who are not there.
select count(*) as days
from customer_days
where not exists (
    select 1
    from customers
    where customers.customer_key = customer_days.customer_key
)
