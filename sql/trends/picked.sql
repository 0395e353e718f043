-- Of the picked conversations: their eligible messages and those that the bot did not understand, and how many conversations these are in: one row per channel, language and span of days that is asked for.
-- An eligible message is a user's, typed or spoken, on which the bot gave a verdict; button clicks, messages while the bot was muted, and attachments are not.
-- Each message counts on the day it was sent and under its own language.
with conversations as (
    select
        case when cast(:by_channel as boolean) then customer_days.channel end as channel,
        case when cast(:by_language as boolean) then customer_days.language end as language,
        case
            when cast(:by_day as boolean)
                then cast(date_trunc(cast(:step as varchar), cast(customer_days.day as timestamp)) as date)
        end as day,
        sum(customer_days.eligible) as eligible,
        sum(customer_days.not_understood) as not_understood
    from customer_days
    where customer_days.eligible > 0
      and customer_days.day >= cast(:first_day as date)
      and customer_days.day <= cast(:last_day as date)
      and (cast(:channels as varchar[]) is null or customer_days.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or customer_days.language = any(cast(:languages as varchar[])))
      and customer_days.customer_key in (select picked.customer_key from picked)
    group by
        1,
        2,
        3,
        customer_days.customer_key
)
select
    channel as channel,
    language as language,
    day as day,
    cast(sum(eligible) as bigint) as eligible,
    cast(sum(not_understood) as bigint) as not_understood,
    count(*) as conversations,
    count(*) filter (where not_understood > 0) as conversations_not_understood
from conversations
group by
    channel,
    language,
    day
