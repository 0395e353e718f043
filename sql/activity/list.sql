-- What was done, newest first, with who it was done for; one row per act.
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
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name
from activity
left join people on people.customer_key = activity.customer_key
where (cast(:acts as varchar[]) is null or activity.act = any(cast(:acts as varchar[])))
  and (cast(:actors as varchar[]) is null or activity.actor = any(cast(:actors as varchar[])))
  and (cast(:customer_key as uuid) is null or activity.customer_key = cast(:customer_key as uuid))
  and (cast(:since as timestamp) is null or activity.done_at >= cast(:since as timestamp))
  and (cast(:until as timestamp) is null or activity.done_at < cast(:until as timestamp))
  and (
      cast(:after_at as timestamp) is null
      or activity.done_at < cast(:after_at as timestamp)
      or (activity.done_at = cast(:after_at as timestamp) and activity.act_id < cast(:after_id as uuid))
  )
order by activity.done_at desc, activity.act_id desc
limit :limit
