-- Why the bot was muted for some customers, once it no longer is.
-- incoming: customer_key uuid
update people set
    mute_reason = null
from incoming
where people.customer_key = incoming.customer_key
