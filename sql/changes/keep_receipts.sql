-- What a channel has said of deliveries, for replies that are not known yet.
-- incoming: customer_key uuid, state varchar, message_id varchar, up_to timestamp
insert into receipts (customer_key, state, message_id, up_to)
select
    customer_key,
    state,
    message_id,
    up_to
from incoming
