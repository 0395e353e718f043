-- Visitors are still there.
-- incoming: customer_key uuid, heard_at timestamp
update visitors set
    heard_at = incoming.heard_at
from incoming
where visitors.customer_key = incoming.customer_key
  and visitors.heard_at < incoming.heard_at
