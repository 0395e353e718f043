-- The latest messages of one conversation, the latest first. The conversation's first and last time keep the search short.
select
    cast(messages.event_key as varchar) as event_key,
    messages.source as source,
    messages.event_id as event_id,
    messages.sender as sender,
    messages.kind as kind,
    messages.text as text,
    messages.language as language,
    messages.sent_at as sent_at,
    messages.seq as seq,
    messages.arrived as arrived,
    messages.session as session,
    messages.understood as understood,
    messages.intent as intent,
    messages.confidence as confidence,
    messages.alternatives as alternatives,
    messages.agent as agent,
    messages.in_reply_to as in_reply_to,
    messages.attachments as attachments
from messages
where messages.customer_key = cast(:customer_key as uuid)
  and messages.sent_at between cast(:first_at as timestamp) and cast(:last_at as timestamp)
order by
    messages.sent_at desc,
    coalesce(messages.seq, 0) desc,
    messages.arrived desc
limit :many
