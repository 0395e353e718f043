-- The records of restores, newest first.
select
    activity.done_at as done_at,
    activity.details as details
from activity
where activity.act = 'restore'
order by activity.done_at desc
