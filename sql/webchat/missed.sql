-- Visitors to whom a reply was sent, who have not acknowledged it, and of whom nothing was written since a time.
select distinct cast(outbox.customer_key as varchar) as customer_key
from outbox
join visitors on visitors.customer_key = outbox.customer_key
where outbox.channel = 'webchat'
  and outbox.state = 'sent'
  and outbox.state_at < cast(:before as timestamp)
