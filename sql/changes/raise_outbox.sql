-- What the channel says of replies later: that it has them, that they arrived, that they were read.
-- incoming: customer_key uuid, reply_id varchar, state varchar, said_at timestamp, message_id varchar
update outbox set
    state = incoming.state,
    state_at = cast(:now as timestamp),
    said_at = incoming.said_at,
    message_id = incoming.message_id,
    reason = null,
    code = null
from incoming
where outbox.customer_key = incoming.customer_key
  and outbox.reply_id = incoming.reply_id
returning outbox.reply_id as reply_id
