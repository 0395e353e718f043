-- The conversation-level counts for which there was no row yet (after grow_customer_days).
-- incoming: customer_key uuid, day date, channel varchar, language varchar, messages bigint, eligible bigint, not_understood bigint, buttons bigint
insert into customer_days (customer_key, day, channel, language, messages, eligible, not_understood, buttons)
select
    incoming.customer_key,
    incoming.day,
    incoming.channel,
    incoming.language,
    incoming.messages,
    incoming.eligible,
    incoming.not_understood,
    incoming.buttons
from incoming
where not exists (
    select 1
    from customer_days
    where customer_days.customer_key = incoming.customer_key
      and customer_days.day = incoming.day
      and customer_days.language = incoming.language
      and customer_days.day between cast(:first_day as date) and cast(:last_day as date)
)
