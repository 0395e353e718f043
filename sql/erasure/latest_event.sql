-- When the latest event of each customer happened, by the clock of whoever sent it; none for one without events.
select
    cast(latest.customer_key as varchar) as customer_key,
    max(latest.sent_at) as at
from (
    select
        messages.customer_key as customer_key,
        messages.sent_at as sent_at
    from messages
    where messages.customer_key in (select unnest(cast(:customer_keys as uuid[])))
    union all
    select
        other_events.customer_key,
        other_events.sent_at
    from other_events
    where other_events.customer_key in (select unnest(cast(:customer_keys as uuid[])))
) as latest
group by
    latest.customer_key
