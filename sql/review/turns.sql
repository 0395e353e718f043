-- The turns of customers who wrote since Review last looked: what they typed, what the bot took it for, and whether somebody set Need Help soon after.
with newly as (
    select
        messages.customer_key as customer_key,
        min(messages.sent_at) as since
    from messages
    where messages.arrived > cast(:arrived as bigint)
      and messages.sender = 'user'
    group by messages.customer_key
)
select
    cast(messages.customer_key as varchar) as customer_key,
    messages.event_key as event_key,
    messages.text as text,
    messages.kind as kind,
    messages.channel as channel,
    coalesce(messages.language, 'und') as language,
    messages.sent_at as sent_at,
    messages.understood as understood,
    messages.intent as intent,
    messages.confidence as confidence,
    messages.alternatives as alternatives
from messages
join newly on newly.customer_key = messages.customer_key
where messages.sender = 'user'
  and messages.sent_at >= newly.since - interval '10 minutes'
order by
    messages.customer_key,
    messages.sent_at,
    coalesce(messages.seq, 0),
    messages.arrived
