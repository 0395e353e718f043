-- From which source the last word of a customer came.
select messages.source as source
from messages
where messages.customer_key = cast(:customer_key as uuid)
  and messages.sent_at = cast(:last_user_at as timestamp)
  and messages.sender = 'user'
order by messages.arrived desc
limit 1
