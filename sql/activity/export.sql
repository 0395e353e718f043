-- What was done, newest first, each with its place in the chain of records; one row per act.
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
    activity_links.number as number,
    activity_links.hash as hash
from activity
left join activity_links on activity_links.act_id = activity.act_id
where (cast(:acts as varchar[]) is null or activity.act = any(cast(:acts as varchar[])))
  and (cast(:actors as varchar[]) is null or activity.actor = any(cast(:actors as varchar[])))
  and (cast(:customer as varchar) is null or starts_with(cast(activity.customer_key as varchar), cast(:customer as varchar)))
  and (cast(:since as timestamp) is null or activity.done_at >= cast(:since as timestamp))
  and (cast(:until as timestamp) is null or activity.done_at < cast(:until as timestamp))
order by activity.done_at desc, activity.act_id desc
