-- What was said around some messages, by anybody.
-- incoming: customer_key uuid, sent_at timestamp
with wanted as (
    select
        incoming.customer_key as customer_key,
        min(incoming.sent_at) as first_at,
        max(incoming.sent_at) as last_at
    from incoming
    group by incoming.customer_key
)
select
    cast(messages.customer_key as varchar) as customer_key,
    cast(messages.event_key as varchar) as event_key,
    messages.sender as sender,
    messages.text as text,
    messages.sent_at as sent_at
from messages
join wanted on wanted.customer_key = messages.customer_key
where messages.sent_at between cast(:since as timestamp) and cast(:until as timestamp)
  and messages.sent_at between wanted.first_at - interval '1 day' and wanted.last_at + interval '1 day'
order by
    messages.customer_key,
    messages.sent_at,
    coalesce(messages.seq, 0),
    messages.arrived
