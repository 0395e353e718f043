-- Days (UTC, since 1970) whose counts by the quarter of an hour are many more rows than they need be, the most first.
with quarters as (
    select
        quarter_counts.quarter as quarter,
        quarter_counts.channel as channel,
        quarter_counts.language as language,
        count(*) as differences
    from quarter_counts
    group by
        quarter_counts.quarter,
        quarter_counts.channel,
        quarter_counts.language
),
days as (
    select
        cast(floor(quarters.quarter / 96.0) as bigint) as day,
        sum(quarters.differences) as differences,
        count(*) as needed
    from quarters
    group by
        1
)
select
    days.day as day,
    cast(days.differences as bigint) as differences,
    days.needed as needed
from days
where days.differences > days.needed + cast(:spare as bigint)
order by
    days.differences - days.needed desc,
    days.day
limit :many
