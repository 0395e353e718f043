-- Verdicts that came after their messages.
-- incoming: customer_key uuid, event_key bigint, event_id varchar, understood boolean, intent varchar, confidence double precision, alternatives varchar
update messages set
    understood = incoming.understood,
    intent = incoming.intent,
    confidence = incoming.confidence,
    alternatives = incoming.alternatives
from incoming
where messages.event_key = incoming.event_key
  and messages.customer_key = incoming.customer_key
  and messages.event_id = incoming.event_id
  and messages.sent_at between cast(:first_at as timestamp) and cast(:last_at as timestamp)
