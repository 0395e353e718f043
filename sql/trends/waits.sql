-- How long customers waited for a person: the median of the seconds from Need Help to the first message of an agent, over the waits that began in the period and were answered; one row.
-- A wait begins when Need Help is set and ends with the first human reply; it counts as unanswered where Need Help was cleared before, or where nobody has replied yet. Need Help set again while somebody waits begins no second wait.
with raised as (
    select
        activity.customer_key as customer_key,
        activity.done_at as raised_at,
        (
            select min(cleared.done_at)
            from activity as cleared
            where cleared.customer_key = activity.customer_key
              and cleared.act = 'status_ok'
              and cleared.done_at > activity.done_at
        ) as cleared_at
    from activity
    where activity.act = 'status_need_help'
      and activity.done_at >= cast(:since as timestamp)
      and activity.done_at < cast(:until as timestamp)
      and (
          (cast(:channels as varchar[]) is null and cast(:languages as varchar[]) is null)
          or activity.customer_key in (
              select customers.customer_key
              from customers
              where not (cast(:channels as varchar[]) is null and cast(:languages as varchar[]) is null)
                and (cast(:channels as varchar[]) is null or customers.channel = any(cast(:channels as varchar[])))
                and (cast(:languages as varchar[]) is null or customers.language = any(cast(:languages as varchar[])))
          )
      )
),
replies as (
    select
        raised.customer_key as customer_key,
        raised.raised_at as raised_at,
        min(messages.sent_at) as answered_at
    from raised
    join messages on messages.customer_key = raised.customer_key
    where messages.sender = 'agent'
      and messages.sent_at >= cast(:since as timestamp)
      and messages.sent_at >= raised.raised_at
      and (raised.cleared_at is null or messages.sent_at <= raised.cleared_at)
    group by
        raised.customer_key,
        raised.raised_at
),
answered as (
    select
        raised.customer_key as customer_key,
        raised.raised_at as raised_at,
        raised.cleared_at as cleared_at,
        replies.answered_at as answered_at
    from raised
    left join replies
        on replies.customer_key = raised.customer_key
        and replies.raised_at = raised.raised_at
),
waits as (
    select
        customer_key as customer_key,
        min(raised_at) as raised_at,
        answered_at as answered_at
    from answered
    group by
        customer_key,
        cleared_at,
        answered_at
)
select
    count(*) as waits,
    count(answered_at) as waits_answered,
    cast(
        percentile_cont(0.5) within group (order by cast(extract(epoch from (answered_at - raised_at)) as double precision))
            filter (where answered_at is not null)
        as double precision
    ) as median_seconds
from waits
