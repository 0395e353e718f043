-- Takes a customer out of the message-level counts: what was counted of them, with the sign turned.
insert into daily_counts (day, channel, language, eligible, not_understood, buttons)
select
    customer_days.day,
    customer_days.channel,
    customer_days.language,
    -customer_days.eligible,
    -customer_days.not_understood,
    -customer_days.buttons
from customer_days
where customer_days.customer_key in (select unnest(cast(:customer_keys as uuid[])))
  and (customer_days.eligible <> 0 or customer_days.buttons <> 0)
