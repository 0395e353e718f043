-- Agents' replies to one visitor that their browser may now acknowledge.
select
    outbox.reply_id as reply_id,
    outbox.event_key as event_key
from outbox
where outbox.customer_key = cast(:customer_key as uuid)
  and outbox.state <> 'read'
