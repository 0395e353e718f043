-- The latest messages of one visitor's conversation, in the order in which they arrived, latest first.
select
    messages.event_key as event_key,
    messages.source as source,
    messages.event_id as event_id,
    messages.sender as sender,
    messages.text as text,
    messages.attachments as attachments,
    messages.sent_at as sent_at,
    messages.arrived as arrived
from messages
where messages.customer_key = cast(:customer_key as uuid)
  and messages.sent_at >= cast(:first_at as timestamp)
order by messages.arrived desc
limit :limit
