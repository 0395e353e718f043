-- What was done about one customer.
select
    cast(activity.act_id as varchar) as act_id,
    activity.done_at as done_at,
    activity.recorded_at as recorded_at,
    activity.actor as actor,
    activity.act as act,
    cast(activity.customer_key as varchar) as customer_key,
    activity.channel as channel,
    activity.reason as reason,
    activity.details as details,
    activity.salt as salt
from activity
where activity.customer_key = cast(:customer_key as uuid)
order by activity.done_at
