-- Messages that were not understood and that Review does not look at yet, in the order in which they arrived.
select
    cast(messages.customer_key as varchar) as customer_key,
    messages.event_key as event_key,
    messages.text as text,
    messages.channel as channel,
    coalesce(messages.language, 'und') as language,
    messages.sent_at as sent_at,
    messages.intent as intent,
    messages.confidence as confidence,
    messages.alternatives as alternatives
from messages
where messages.understood = false
  and messages.sender = 'user'
  and not exists (
      select 1
      from review_members
      where review_members.customer_key = messages.customer_key
        and review_members.event_key = messages.event_key
  )
order by messages.arrived
limit :many
