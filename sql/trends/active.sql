-- Conversations in which anything was said in the period, whoever wrote it; those of them whose customer wrote or clicked something that the bot was there to answer; those for which Need Help was set in it, those that a person answered in it, and those with either: one row, or one row per span of days.
-- A customer has one conversation on a channel, so all of these count customers. Need Help set again while it is set counts the conversation once. Each counts in every span in which that happened to it.
with active as (
    select
        case
            when cast(:by_day as boolean)
                then cast(date_trunc(cast(:step as varchar), cast(customer_days.day as timestamp)) as date)
            else cast(:first_day as date)
        end as day,
        customer_days.customer_key as customer_key,
        max(customer_days.eligible + customer_days.buttons) as for_the_bot
    from customer_days
    where customer_days.messages > 0
      and customer_days.day >= cast(:first_day as date)
      and customer_days.day <= cast(:last_day as date)
      and (cast(:channels as varchar[]) is null or customer_days.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or customer_days.language = any(cast(:languages as varchar[])))
    group by
        1,
        2
),
steps as (
    select
        activity.customer_key as customer_key,
        activity.done_at as at,
        1 as helped,
        0 as answered
    from activity
    where activity.act = 'status_need_help'
      and activity.done_at >= cast(:since as timestamp)
      and activity.done_at < cast(:until as timestamp)
    union all
    select
        messages.customer_key as customer_key,
        messages.sent_at as at,
        0 as helped,
        1 as answered
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
        steps.helped as helped,
        steps.answered as answered
    from steps
),
escalated as (
    select
        case
            when cast(:by_day as boolean)
                then cast(
                    date_trunc(
                        cast(:step as varchar),
                        cast(
                            cast('1970-01-01' as date) + cast(floor((quarters.quarter + spans.shift) / 96.0) as integer)
                            as timestamp
                        )
                    )
                    as date
                )
            else cast(:first_day as date)
        end as day,
        quarters.customer_key as customer_key,
        max(quarters.helped) as helped,
        max(quarters.answered) as answered
    from quarters
    join spans
        on quarters.quarter >= spans.first_quarter
        and quarters.quarter < spans.end_quarter
    group by
        1,
        2
)
select
    active.day as day,
    count(*) as active_conversations,
    count(*) filter (where active.for_the_bot > 0) as active_customers,
    count(escalated.customer_key) as escalated,
    count(*) filter (where escalated.helped = 1) as need_help,
    count(*) filter (where escalated.answered = 1) as answered
from active
left join escalated
    on escalated.customer_key = active.customer_key
    and escalated.day = active.day
group by
    active.day
order by
    active.day
