-- What agents answered to one customer, and what became of it.
select
    cast(outbox.customer_key as varchar) as customer_key,
    outbox.reply_id as reply_id,
    outbox.event_key as event_key,
    outbox.channel as channel,
    outbox.agent as agent,
    outbox.text as text,
    outbox.created_at as created_at,
    outbox.state as state,
    outbox.state_at as state_at,
    outbox.attempts as attempts,
    outbox.due_at as due_at,
    outbox.said_at as said_at,
    outbox.message_id as message_id,
    outbox.reason as reason,
    outbox.code as code
from outbox
where outbox.customer_key = cast(:customer_key as uuid)
order by
    outbox.created_at,
    outbox.reply_id
