-- What visitors wrote through the widget after a place in the order of arrival, for the bot that answers them.
select
    messages.event_id as event_id,
    messages.text as text,
    messages.language as language,
    messages.sent_at as sent_at,
    messages.arrived as arrived,
    people.customer_id as customer_id,
    visitors.site as site
from messages
join people on people.customer_key = messages.customer_key
left join visitors on visitors.customer_key = messages.customer_key
where messages.source = 'webchat'
  and messages.sender = 'user'
  and messages.arrived > cast(:after_arrived as bigint)
order by messages.arrived
limit :limit
