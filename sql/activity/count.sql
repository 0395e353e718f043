-- How many acts there are.
select
    count(*) as acts
from activity
where (cast(:acts as varchar[]) is null or activity.act = any(cast(:acts as varchar[])))
  and (cast(:actors as varchar[]) is null or activity.actor = any(cast(:actors as varchar[])))
  and (cast(:customer as varchar) is null or starts_with(cast(activity.customer_key as varchar), cast(:customer as varchar)))
  and (cast(:since as timestamp) is null or activity.done_at >= cast(:since as timestamp))
  and (cast(:until as timestamp) is null or activity.done_at < cast(:until as timestamp))
