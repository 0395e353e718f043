-- The records that are about no customer, receipts of erasures among them, in the order of their writing.
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
join activity_links on activity_links.act_id = activity.act_id
where activity.customer_key is null
order by activity_links.number
