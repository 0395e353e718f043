-- Of the conversations in which anything was said on a day: those for which Need Help was set on it, and those for which it was or that a person answered on it; one row per day, week or month that has any.
with active as (
    select distinct
        customer_days.customer_key as customer_key,
        cast(date_trunc(cast(:step as varchar), cast(customer_days.day as timestamp)) as date) as day
    from customer_days
    where customer_days.messages > 0
      and customer_days.day >= cast(:first_day as date)
      and customer_days.day <= cast(:last_day as date)
      and (cast(:channels as varchar[]) is null or customer_days.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or customer_days.language = any(cast(:languages as varchar[])))
),
steps as (
    select
        activity.customer_key as customer_key,
        activity.done_at as at,
        1 as helped
    from activity
    where activity.act = 'status_need_help'
      and activity.done_at >= cast(:since as timestamp)
      and activity.done_at < cast(:until as timestamp)
    union all
    select
        messages.customer_key as customer_key,
        messages.sent_at as at,
        0 as helped
    from messages
    where messages.sender = 'agent'
      and messages.sent_at >= cast(:since as timestamp)
      and messages.sent_at < cast(:until as timestamp)
),
spans as (
    select
        unnest(cast(:first_quarters as bigint[])) as first_quarter,
        unnest(cast(:end_quarters as bigint[])) as end_quarter,
        unnest(cast(:shifts as bigint[])) as shift
),
quarters as (
    select
        steps.customer_key as customer_key,
        cast(floor(cast(extract(epoch from steps.at) as double precision) / 900) as bigint) as quarter,
        steps.helped as helped
    from steps
),
days as (
    select
        quarters.customer_key as customer_key,
        cast(
            date_trunc(
                cast(:step as varchar),
                cast(
                    cast('1970-01-01' as date) + cast(floor((quarters.quarter + spans.shift) / 96.0) as integer)
                    as timestamp
                )
            )
            as date
        ) as day,
        max(quarters.helped) as helped
    from quarters
    join spans
        on quarters.quarter >= spans.first_quarter
        and quarters.quarter < spans.end_quarter
    group by
        1,
        2
)
select
    days.day as day,
    count(*) as escalated,
    count(*) filter (where days.helped = 1) as need_help
from days
join active
    on active.customer_key = days.customer_key
    and active.day = days.day
group by
    days.day
order by
    days.day
