-- Conversations whose status is Need Help now, and since when the latest of them is.
select
    count(*) as waiting,
    max(customers.need_help_since) as latest
from customers
where customers.status = 'need_help'
