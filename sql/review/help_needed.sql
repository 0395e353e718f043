-- When Need Help was set for the customers who wrote since Review last looked.
select
    cast(activity.customer_key as varchar) as customer_key,
    activity.done_at as done_at
from activity
where activity.act = 'status_need_help'
  and activity.customer_key in (
      select messages.customer_key
      from messages
      where messages.arrived > cast(:arrived as bigint)
        and messages.sender = 'user'
  )
order by activity.done_at
