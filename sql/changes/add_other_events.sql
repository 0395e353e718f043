-- Events that are not messages, remembered so that a repeat is known as one.
-- incoming: customer_key uuid, event_key bigint, source varchar, event_id varchar, type varchar, sent_at timestamp
insert into other_events (customer_key, event_key, source, event_id, type, sent_at)
select
    customer_key,
    event_key,
    source,
    event_id,
    type,
    sent_at
from incoming
