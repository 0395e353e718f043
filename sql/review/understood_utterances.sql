-- What the bot understands with some certainty, said lately, with what it took it for.
select
    -- Both of one message, as what is masked in it depends on who said it.
    substr(min(cast(messages.customer_key as varchar) || messages.text), 37) as text,
    substr(min(cast(messages.customer_key as varchar) || messages.text), 1, 36) as customer_key,
    coalesce(messages.language, 'und') as language,
    messages.intent as intent
from messages
where messages.understood = true
  and messages.sender = 'user'
  and messages.kind = 'typed'
  and messages.intent is not null
  and messages.text is not null
  and messages.sent_at >= cast(:since as timestamp)
  and (messages.confidence is null or messages.confidence >= 0.7)
  and not exists (
      select 1
      from review_members
      where review_members.customer_key = messages.customer_key
        and review_members.event_key = messages.event_key
  )
group by
    lower(messages.text),
    messages.language,
    messages.intent
order by max(messages.sent_at) desc
limit :many
