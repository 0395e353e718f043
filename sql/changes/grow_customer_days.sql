-- Differences of the conversation-level counts, on the rows that are there, which it gives; days bound the search.
-- incoming: customer_key uuid, day date, channel varchar, language varchar, messages bigint, eligible bigint, not_understood bigint, buttons bigint
update customer_days set
    messages = customer_days.messages + incoming.messages,
    eligible = customer_days.eligible + incoming.eligible,
    not_understood = customer_days.not_understood + incoming.not_understood,
    buttons = customer_days.buttons + incoming.buttons
from incoming
where customer_days.customer_key = incoming.customer_key
  and customer_days.day = incoming.day
  and customer_days.language = incoming.language
  and customer_days.day between cast(:first_day as date) and cast(:last_day as date)
returning
    cast(customer_days.customer_key as varchar) as customer_key,
    customer_days.day as day,
    customer_days.language as language
