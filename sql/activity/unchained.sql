-- Records that no link stands for, in the order in which they were written.
select
    cast(activity.act_id as varchar) as act_id,
    activity.done_at as done_at,
    activity.recorded_at as recorded_at,
    activity.actor as actor,
    activity.act as act,
    cast(activity.customer_key as varchar) as customer_key,
    activity.channel as channel,
    activity.reason as reason,
    activity.details as details
from activity
left join activity_links on activity_links.act_id = activity.act_id
where activity_links.act_id is null
order by
    activity.recorded_at,
    activity.done_at,
    activity.act_id
