-- Conversations whose status is Need Help now.
select count(*) as waiting
from customers
where customers.status = 'need_help'
