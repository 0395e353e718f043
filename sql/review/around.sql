-- What was said by and to some customers between two moments, by anybody.
select
    cast(messages.customer_key as varchar) as customer_key,
    cast(messages.event_key as varchar) as event_key,
    messages.sender as sender,
    messages.text as text,
    messages.sent_at as sent_at
from messages
where messages.customer_key = any(cast(:keys as uuid[]))
  and messages.sent_at between cast(:since as timestamp) and cast(:until as timestamp)
order by
    messages.customer_key,
    messages.sent_at,
    coalesce(messages.seq, 0),
    messages.arrived
