-- Conversations with an eligible message that the bot did not understand, by the weekday and the hour at which it was sent, on the dashboard's clock; one row per hour of the week that has any. Monday is 0.
-- A conversation counts once in each hour of the week in which that happened to it.
with failures as (
    select
        messages.customer_key as customer_key,
        cast(floor(cast(extract(epoch from messages.sent_at) as double precision) / 900) as bigint) as quarter
    from messages
    where messages.sender = 'user'
      and messages.countable
      and messages.understood = false
      and messages.sent_at >= cast(:since as timestamp)
      and messages.sent_at < cast(:until as timestamp)
      and (cast(:channels as varchar[]) is null or messages.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or coalesce(messages.language, 'und') = any(cast(:languages as varchar[])))
),
spans as (
    select
        unnest(cast(:first_quarters as bigint[])) as first_quarter,
        unnest(cast(:end_quarters as bigint[])) as end_quarter,
        unnest(cast(:shifts as bigint[])) as shift
),
hours as (
    select distinct
        cast(mod(cast(floor((failures.quarter + spans.shift) / 4.0) as bigint), 168) as bigint) as hour,
        failures.customer_key as customer_key
    from failures
    join spans
        on failures.quarter >= spans.first_quarter
        and failures.quarter < spans.end_quarter
)
select
    -- 1970 began on a Thursday.
    cast(mod(cast(floor(hour / 24.0) as bigint) + 3, 7) as bigint) as weekday,
    cast(mod(hour, 24) as bigint) as hour,
    count(*) as conversations
from hours
group by
    1,
    2
order by
    1,
    2
