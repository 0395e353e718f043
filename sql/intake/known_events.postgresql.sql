-- The events of a batch that are stored already, with all that a late verdict may change.
-- incoming: event_key bigint
select
    messages.event_key as event_key,
    messages.source as source,
    messages.event_id as event_id,
    cast(messages.customer_key as varchar) as customer_key,
    'message' as type,
    messages.sent_at as sent_at,
    messages.language as language,
    messages.countable as countable,
    messages.understood as understood,
    messages.intent as intent,
    messages.confidence as confidence,
    messages.alternatives as alternatives
from messages
join incoming on incoming.event_key = messages.event_key
union all
select
    other_events.event_key,
    other_events.source,
    other_events.event_id,
    cast(other_events.customer_key as varchar),
    other_events.type,
    other_events.sent_at,
    null, null, null, null, null, null
from other_events
join incoming on incoming.event_key = other_events.event_key
