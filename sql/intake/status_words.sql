-- When Need Help was set and cleared for the customers of a batch, in the order in which it was said.
-- incoming: customer_key uuid
select
    cast(activity.customer_key as varchar) as customer_key,
    activity.act as act,
    activity.done_at as done_at
from activity
join incoming on incoming.customer_key = activity.customer_key
where activity.act = any(cast(:acts as varchar[]))
order by
    activity.done_at,
    activity.recorded_at
