-- What Review looks at although the bot has said something else of it since.
select
    cast(review_members.customer_key as varchar) as customer_key,
    review_members.event_key as event_key
from review_members
join messages on messages.customer_key = review_members.customer_key
    and messages.event_key = review_members.event_key
    and messages.sent_at = review_members.sent_at
where messages.sender = 'user'
  and (messages.understood is null or messages.understood <> (review_members.kind = 'doubt'))
