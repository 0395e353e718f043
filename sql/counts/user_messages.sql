-- The user messages of some customers, with whether each is eligible and failed.
-- incoming: customer_key uuid
select
    cast(messages.customer_key as varchar) as customer_key,
    messages.channel as channel,
    messages.sent_at as sent_at,
    messages.language as language,
    messages.countable and messages.understood is not null as eligible,
    messages.understood is not null and not messages.understood as failed
from messages
join incoming on incoming.customer_key = messages.customer_key
where messages.sender = 'user'
