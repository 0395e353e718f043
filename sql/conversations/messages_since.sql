-- How many messages of one conversation there are from a message to the latest.
select count(*) as messages
from messages
where messages.customer_key = cast(:customer_key as uuid)
  and messages.sent_at between cast(:first_at as timestamp) and cast(:last_at as timestamp)
  and messages.sent_at >= (
      select min(named.sent_at)
      from messages as named
      where named.customer_key = cast(:customer_key as uuid)
        and named.event_key = cast(:event_key as bigint)
        and named.sent_at between cast(:first_at as timestamp) and cast(:last_at as timestamp)
  )
