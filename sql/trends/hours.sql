-- Eligible messages by the weekday and the hour at which they were sent, on the dashboard's clock, and those of them that the bot did not understand; one row per hour of the week that has any. Monday is 0.
-- An eligible message is a user's, typed or spoken, on which the bot gave a verdict; button clicks, messages while the bot was muted, and attachments are not.
-- An hour that summer time takes away has none; the hour that comes twice counts both.
with quarters as (
    select
        quarter_counts.quarter as quarter,
        cast(sum(quarter_counts.eligible) as bigint) as eligible,
        cast(sum(quarter_counts.not_understood) as bigint) as not_understood
    from quarter_counts
    where quarter_counts.quarter >= cast(:first_quarter as bigint)
      and quarter_counts.quarter < cast(:end_quarter as bigint)
      and (cast(:channels as varchar[]) is null or quarter_counts.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or quarter_counts.language = any(cast(:languages as varchar[])))
    group by
        quarter_counts.quarter
),
spans as (
    select
        unnest(cast(:first_quarters as bigint[])) as first_quarter,
        unnest(cast(:end_quarters as bigint[])) as end_quarter,
        unnest(cast(:shifts as bigint[])) as shift
),
hours as (
    select
        cast(floor((quarters.quarter + spans.shift) / cast(4 as double precision)) as bigint) as hour,
        quarters.eligible as eligible,
        quarters.not_understood as not_understood
    from quarters
    join spans
        on quarters.quarter >= spans.first_quarter
        and quarters.quarter < spans.end_quarter
)
select
    cast(mod(cast(floor(hour / cast(24 as double precision)) as bigint) + 3, 7) as bigint) as weekday,
    cast(mod(hour, 24) as bigint) as hour,
    cast(sum(eligible) as bigint) as eligible,
    cast(sum(not_understood) as bigint) as not_understood
from hours
group by
    1,
    2
having sum(eligible) > 0
order by
    1,
    2
