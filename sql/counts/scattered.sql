-- Days whose message-level counts are many more rows than they need be, the most first.
with days as (
    select
        daily_counts.day as day,
        daily_counts.channel as channel,
        daily_counts.language as language,
        count(*) as differences
    from daily_counts
    group by
        daily_counts.day,
        daily_counts.channel,
        daily_counts.language
)
select
    days.day as day,
    cast(sum(days.differences) as bigint) as differences,
    count(*) as needed
from days
group by
    days.day
having sum(days.differences) > count(*) + cast(:spare as bigint)
order by
    sum(days.differences) - count(*) desc,
    days.day
limit :many
