-- What there is to count: per channel and language, the first and the last day with an eligible message.
select
    daily_counts.channel as channel,
    daily_counts.language as language,
    min(daily_counts.day) as first_day,
    max(daily_counts.day) as last_day,
    cast(sum(daily_counts.eligible) as bigint) as eligible
from daily_counts
group by
    daily_counts.channel,
    daily_counts.language
having sum(daily_counts.eligible) > 0
order by
    sum(daily_counts.eligible) desc,
    daily_counts.channel,
    daily_counts.language
