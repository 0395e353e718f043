-- What a webhook brought, before it is worked on; what was put aside before in the very same words is there already.
-- incoming: customer_key uuid, inbox_id uuid, source varchar, received_at timestamp, body varchar
insert into inbox (customer_key, inbox_id, source, received_at, state, body)
select
    incoming.customer_key,
    incoming.inbox_id,
    incoming.source,
    incoming.received_at,
    'waiting',
    incoming.body
from incoming
where not exists (
    select 1
    from inbox
    where inbox.customer_key = incoming.customer_key
      and inbox.state = 'quarantined'
      and inbox.body = incoming.body
)
