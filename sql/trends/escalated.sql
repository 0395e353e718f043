-- Of the conversations in which anything was said in the period: those for which Need Help was set in it, those that a person answered in it, and those with either; one row.
-- Need Help set again while it is set counts the conversation once.
with active as (
    select distinct customer_days.customer_key as customer_key
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
        1 as helped,
        0 as answered
    from activity
    where activity.act = 'status_need_help'
      and activity.done_at >= cast(:since as timestamp)
      and activity.done_at < cast(:until as timestamp)
    union all
    select
        messages.customer_key as customer_key,
        0 as helped,
        1 as answered
    from messages
    where messages.sender = 'agent'
      and messages.sent_at >= cast(:since as timestamp)
      and messages.sent_at < cast(:until as timestamp)
),
escalated as (
    select
        steps.customer_key as customer_key,
        max(steps.helped) as helped,
        max(steps.answered) as answered
    from steps
    join active on active.customer_key = steps.customer_key
    group by
        steps.customer_key
)
select
    (select count(*) from active) as conversations,
    count(*) as escalated,
    count(*) filter (where helped = 1) as need_help,
    count(*) filter (where answered = 1) as answered
from escalated
