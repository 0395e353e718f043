-- What is kept of some customers' days; one row per customer, day and language.
-- incoming: customer_key uuid
select
    cast(customer_days.customer_key as varchar) as customer_key,
    customer_days.day as day,
    customer_days.language as language,
    customer_days.channel as channel,
    customer_days.messages as messages,
    customer_days.eligible as eligible,
    customer_days.not_understood as not_understood,
    customer_days.buttons as buttons
from customer_days
join incoming on incoming.customer_key = customer_days.customer_key
