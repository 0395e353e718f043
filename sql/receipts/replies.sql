-- The replies to one customer that are not known to have been read.
select
    outbox.reply_id as reply_id,
    outbox.state as state,
    outbox.said_at as said_at,
    outbox.message_id as message_id
from outbox
where outbox.customer_key = cast(:customer_key as uuid)
  and outbox.state <> 'read'
