-- The messages of some customers as they are counted; the bot's name a language where the conversation has one.
-- incoming: customer_key uuid
select
    cast(messages.customer_key as varchar) as customer_key,
    messages.channel as channel,
    messages.sent_at as sent_at,
    case
        when messages.sender = 'user' then messages.language
        else coalesce(messages.language, customers.language)
    end as language,
    messages.countable and messages.understood is not null as eligible,
    messages.understood is not null and not messages.understood as failed,
    messages.sender = 'user' and messages.kind = 'button' as button
from messages
join incoming on incoming.customer_key = messages.customer_key
join customers on customers.customer_key = messages.customer_key
