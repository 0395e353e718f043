-- Conversations in which anything was said in the period, whoever wrote it, and those of them whose customer wrote or clicked something that the bot was there to answer: one row, or one row per span of days.
-- A customer has one conversation on a channel, so both count customers; the second leaves out those to whom only the bot or an agent wrote.
with conversations as (
    select
        case
            when cast(:by_day as boolean)
                then cast(date_trunc(cast(:step as varchar), cast(customer_days.day as timestamp)) as date)
        end as day,
        max(customer_days.eligible + customer_days.buttons) as answered
    from customer_days
    where customer_days.messages > 0
      and customer_days.day >= cast(:first_day as date)
      and customer_days.day <= cast(:last_day as date)
      and (cast(:channels as varchar[]) is null or customer_days.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or customer_days.language = any(cast(:languages as varchar[])))
    group by
        1,
        customer_days.customer_key
)
select
    day as day,
    count(*) as active_conversations,
    count(*) filter (where answered > 0) as active_customers
from conversations
group by
    day
order by
    day
