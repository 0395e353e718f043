-- What has arrived in one visitor's conversation after a place in the order of arrival.
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
  and messages.arrived > cast(:after_arrived as bigint)
order by messages.arrived
limit :limit
