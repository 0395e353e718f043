-- Conversations whose mute is over; gives those that had no later one.
-- incoming: customer_key uuid
update customers set
    muted_at = null,
    muted_until = null,
    muted_by = null
from incoming
where customers.customer_key = incoming.customer_key
  and customers.muted_until <= cast(:now as timestamp)
returning cast(customers.customer_key as varchar) as customer_key
