-- What else came in about one customer.
select
    cast(other_events.customer_key as varchar) as customer_key,
    other_events.event_key as event_key,
    other_events.source as source,
    other_events.event_id as event_id,
    other_events.type as type,
    other_events.sent_at as sent_at
from other_events
where other_events.customer_key = cast(:customer_key as uuid)
order by other_events.sent_at
