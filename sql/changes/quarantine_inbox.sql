-- What a webhook brought and nobody can read; gives a row for each that was not put aside before.
-- incoming: customer_key uuid, inbox_id uuid, reason varchar
update inbox set
    state = 'quarantined',
    reason = incoming.reason
from incoming
where inbox.customer_key = incoming.customer_key
  and inbox.inbox_id = incoming.inbox_id
returning 1 as put_aside
