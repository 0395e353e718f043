-- What came in about one customer and was not worked on yet, or could not be.
select
    cast(inbox.customer_key as varchar) as customer_key,
    cast(inbox.inbox_id as varchar) as inbox_id,
    inbox.source as source,
    inbox.received_at as received_at,
    inbox.state as state,
    inbox.reason as reason,
    inbox.body as body
from inbox
where inbox.customer_key = cast(:customer_key as uuid)
order by inbox.received_at
