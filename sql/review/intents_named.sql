-- The intents that events have named since Review last looked.
select distinct messages.intent as intent
from messages
where messages.arrived > cast(:arrived as bigint)
  and messages.intent is not null
  and messages.understood = true
