-- When the last message of each channel was said.
select
    customers.channel as channel,
    max(customers.last_message_at) as last_message_at
from customers
group by customers.channel
order by customers.channel
