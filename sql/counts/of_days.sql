-- What is kept of messages by day, channel and language, the differences summed.
select
    daily_counts.day as day,
    daily_counts.channel as channel,
    daily_counts.language as language,
    cast(sum(daily_counts.eligible) as bigint) as eligible,
    cast(sum(daily_counts.not_understood) as bigint) as not_understood,
    cast(sum(daily_counts.buttons) as bigint) as buttons
from daily_counts
group by
    daily_counts.day,
    daily_counts.channel,
    daily_counts.language
