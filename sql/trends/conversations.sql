-- Conversations with at least one eligible message in the period, and those of them with at least one that the bot did not understand: one row per channel, language and span of days that is asked for.
-- An eligible message is a user's, typed or spoken, on which the bot gave a verdict; button clicks, messages while the bot was muted, and attachments are not.
-- A conversation in which two languages were spoken counts under each of them, and once in the total.
with conversations as (
    select
        case when cast(:by_channel as boolean) then customer_days.channel end as channel,
        case when cast(:by_language as boolean) then customer_days.language end as language,
        case
            when cast(:by_day as boolean)
                then cast(date_trunc(cast(:step as varchar), cast(customer_days.day as timestamp)) as date)
        end as day,
        max(customer_days.not_understood) as not_understood
    from customer_days
    where customer_days.eligible > 0
      and (not cast(:only_failed as boolean) or customer_days.not_understood > 0)
      and customer_days.day >= cast(:first_day as date)
      and customer_days.day <= cast(:last_day as date)
      and (cast(:channels as varchar[]) is null or customer_days.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or customer_days.language = any(cast(:languages as varchar[])))
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
    count(*) as conversations,
    count(*) filter (where not_understood > 0) as conversations_not_understood
from conversations
group by
    channel,
    language,
    day
