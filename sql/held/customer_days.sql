-- What was counted of one customer, by day and language.
select
    cast(customer_days.customer_key as varchar) as customer_key,
    customer_days.day as day,
    customer_days.channel as channel,
    customer_days.language as language,
    customer_days.messages as messages,
    customer_days.eligible as eligible,
    customer_days.not_understood as not_understood,
    customer_days.buttons as buttons
from customer_days
where customer_days.customer_key = cast(:customer_key as uuid)
order by customer_days.day, customer_days.language
