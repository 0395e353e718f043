-- New messages.
-- incoming: customer_key uuid, event_key bigint, source varchar, event_id varchar, channel varchar, language varchar, sender varchar, kind varchar, text varchar, sent_at timestamp, seq bigint, arrived bigint, session varchar, understood boolean, intent varchar, confidence double precision, alternatives varchar, agent varchar, in_reply_to varchar, attachments varchar, countable boolean
insert into messages (customer_key, event_key, source, event_id, channel, language, sender, kind, text, sent_at, seq, arrived, session, understood, intent, confidence, alternatives, agent, in_reply_to, attachments, countable)
select
    customer_key,
    event_key,
    source,
    event_id,
    channel,
    language,
    sender,
    kind,
    text,
    sent_at,
    seq,
    arrived,
    session,
    understood,
    intent,
    confidence,
    alternatives,
    agent,
    in_reply_to,
    attachments,
    countable
from incoming
