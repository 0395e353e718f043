-- Intents that were not known before.
-- incoming: intent varchar
insert into review_intents (intent, named_at)
select
    incoming.intent,
    cast(:now as timestamp)
from incoming
on conflict do nothing
