-- How many messages that were not understood have arrived since Review last looked.
select count(*) as waiting
from messages
where messages.arrived > cast(:arrived as bigint)
  and messages.understood = false
  and messages.sender = 'user'
