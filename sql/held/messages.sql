-- The whole history of one customer, in its order.
select
    cast(messages.customer_key as varchar) as customer_key,
    messages.event_key as event_key,
    messages.source as source,
    messages.event_id as event_id,
    messages.channel as channel,
    messages.language as language,
    messages.sender as sender,
    messages.kind as kind,
    messages.text as text,
    messages.sent_at as sent_at,
    messages.seq as seq,
    messages.arrived as arrived,
    messages.session as session,
    messages.understood as understood,
    messages.intent as intent,
    messages.confidence as confidence,
    messages.alternatives as alternatives,
    messages.agent as agent,
    messages.in_reply_to as in_reply_to,
    messages.attachments as attachments,
    messages.countable as countable
from messages
where messages.customer_key = cast(:customer_key as uuid)
order by messages.sent_at, coalesce(messages.seq, 0), messages.arrived
