-- Customers by the week in which they were first seen, and how many of them wrote something that the bot answered, or clicked a button, in that week and in each later one; one row per week and later week.
-- A customer is first seen with the first event about them, whatever it is. Channel and language are those of the conversation.
with weeks as (
    select
        unnest(cast(:week_days as date[])) as week,
        unnest(cast(:week_since as timestamp[])) as since,
        unnest(cast(:week_until as timestamp[])) as until
),
cohorts as (
    select
        weeks.week as week,
        customers.customer_key as customer_key
    from customers
    join weeks
        on customers.first_event_at >= weeks.since
        and customers.first_event_at < weeks.until
    where (cast(:channels as varchar[]) is null or customers.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or customers.language = any(cast(:languages as varchar[])))
),
sizes as (
    select
        cohorts.week as week,
        count(*) as customers
    from cohorts
    group by
        cohorts.week
),
active as (
    select distinct
        cohorts.week as week,
        cohorts.customer_key as customer_key,
        cast(date_trunc('week', cast(customer_days.day as timestamp)) as date) as active_week
    from cohorts
    join customer_days on customer_days.customer_key = cohorts.customer_key
    where customer_days.eligible + customer_days.buttons > 0
      and customer_days.day >= cast(:first_day as date)
      and customer_days.day <= cast(:last_day as date)
),
counted as (
    select
        active.week as week,
        active.active_week as active_week,
        count(*) as active
    from active
    group by
        active.week,
        active.active_week
)
select
    sizes.week as week,
    sizes.customers as customers,
    counted.active_week as active_week,
    coalesce(counted.active, 0) as active
from sizes
left join counted on counted.week = sizes.week
order by
    sizes.week,
    counted.active_week
