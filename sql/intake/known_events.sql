-- The events of a batch that are stored already, with all that a late verdict may change.
-- First only the keys are looked at, of all messages there are; then the few that are found, where they lie, in full.
-- incoming: event_key bigint
with found as materialized (
    select
        messages.rowid as place
    from messages
    join incoming on incoming.event_key = messages.event_key
)
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
join found on found.place = messages.rowid
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
