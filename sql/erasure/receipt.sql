-- The record of one erasure, by its receipt's reference, and its link in the chain of records.
select
    cast(activity.act_id as varchar) as act_id,
    activity.done_at as done_at,
    activity.actor as actor,
    activity.channel as channel,
    activity.details as details,
    activity_links.number as number,
    activity_links.hash as hash
from activity
join activity_links on activity_links.act_id = activity.act_id
where activity.act = 'erase'
  and position(cast(:reference as varchar) in activity.details) > 0
