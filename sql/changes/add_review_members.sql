-- Messages that Review looks at from now on; only those that are still there, and that still stand as they were read.
-- incoming: customer_key uuid, event_key bigint, kind varchar, group_id uuid, utterance uuid, text varchar, normal varchar, channel varchar, language varchar, sent_at timestamp, typicality double precision, reason varchar, guess varchar, guess_confidence double precision
insert into review_members (customer_key, event_key, kind, group_id, utterance, text, normal, channel, language, sent_at, typicality, reason, guess, guess_confidence)
select
    incoming.customer_key,
    incoming.event_key,
    incoming.kind,
    incoming.group_id,
    incoming.utterance,
    incoming.text,
    incoming.normal,
    incoming.channel,
    incoming.language,
    incoming.sent_at,
    incoming.typicality,
    incoming.reason,
    incoming.guess,
    incoming.guess_confidence
from incoming
join messages on messages.customer_key = incoming.customer_key
    and messages.event_key = incoming.event_key
    and messages.sent_at = incoming.sent_at
where messages.sent_at between cast(:first_at as timestamp) and cast(:last_at as timestamp)
  and messages.sender = 'user'
  and messages.understood = (incoming.kind = 'doubt')
  and not exists (
      select 1
      from review_members
      where review_members.customer_key = incoming.customer_key
        and review_members.event_key = incoming.event_key
  )
