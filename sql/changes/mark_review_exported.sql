-- In which export some utterances were last; gives a row for each.
-- incoming: customer_key uuid, event_key bigint
update review_members set
    export_id = cast(:export_id as uuid),
    exported_at = cast(:now as timestamp)
from incoming
where review_members.customer_key = incoming.customer_key
  and review_members.event_key = incoming.event_key
returning 1 as exported
