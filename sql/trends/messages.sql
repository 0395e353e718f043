-- Eligible messages, and those of them that the bot did not understand: one row per channel, language and span of days that is asked for.
-- An eligible message is a user's, typed or spoken, on which the bot gave a verdict; button clicks, messages while the bot was muted, and attachments are not.
-- Each counts on the day it was sent and under its own language.
select
    case when cast(:by_channel as boolean) then daily_counts.channel end as channel,
    case when cast(:by_language as boolean) then daily_counts.language end as language,
    case
        when cast(:by_day as boolean)
            then cast(date_trunc(cast(:step as varchar), cast(daily_counts.day as timestamp)) as date)
    end as day,
    cast(sum(daily_counts.eligible) as bigint) as eligible,
    cast(sum(daily_counts.not_understood) as bigint) as not_understood
from daily_counts
where daily_counts.day >= cast(:first_day as date)
  and daily_counts.day <= cast(:last_day as date)
  and (cast(:channels as varchar[]) is null or daily_counts.channel = any(cast(:channels as varchar[])))
  and (cast(:languages as varchar[]) is null or daily_counts.language = any(cast(:languages as varchar[])))
group by
    1,
    2,
    3
having sum(daily_counts.eligible) > 0
