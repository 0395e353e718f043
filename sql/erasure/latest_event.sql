-- When the latest event of a customer happened, by the clock of whoever sent it.
select max(latest.sent_at) as at
from (
    select max(messages.sent_at) as sent_at
    from messages
    where messages.customer_key = cast(:customer_key as uuid)
    union all
    select max(other_events.sent_at)
    from other_events
    where other_events.customer_key = cast(:customer_key as uuid)
) as latest
