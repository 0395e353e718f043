-- Until when the bot is silent for one customer; no row where it is not.
select customers.muted_until as muted_until
from customers
where customers.customer_key = cast(:customer_key as uuid)
and customers.muted_until > cast(:now as timestamp)
