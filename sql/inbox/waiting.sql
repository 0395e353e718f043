-- What a webhook brought and was not worked on, oldest first.
select
    cast(inbox.customer_key as varchar) as customer_key,
    cast(inbox.inbox_id as varchar) as inbox_id,
    inbox.received_at as received_at,
    inbox.body as body
from inbox
where inbox.state = 'waiting'
  and inbox.received_at <= cast(:before as timestamp)
order by inbox.received_at
limit 1000
