-- Everybody who has done something, most recent first.
select
    activity.actor as actor,
    max(activity.done_at) as last_done_at,
    count(*) as acts
from activity
group by activity.actor
order by last_done_at desc, actor
