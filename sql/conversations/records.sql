-- What was done in one conversation since some moment, with the mutes that ended by themselves: these are read off the
-- mutes, so that each is there from the moment it passes, and once, whether or not a sweep has noted it.
select
    cast(activity.act_id as varchar) as record_id,
    activity.done_at as done_at,
    activity.recorded_at as recorded_at,
    activity.act as act,
    activity.actor as actor,
    activity.reason as reason,
    activity.details as details,
    cast(null as timestamp) as muted_at
from activity
where activity.customer_key = cast(:customer_key as uuid)
  and activity.done_at >= cast(:since as timestamp)
  and activity.act = any(cast(:acts as varchar[]))
union all
select
    cast(mutes.mute_id as varchar),
    mutes.muted_until,
    mutes.muted_until,
    cast(:timer as varchar),
    '',
    null,
    null,
    mutes.muted_at
from mutes
where mutes.customer_key = cast(:customer_key as uuid)
  and mutes.muted_until >= cast(:since as timestamp)
  and mutes.muted_until <= cast(:now as timestamp)
  and (mutes.ended_at is null or mutes.ended_by = 'timer')
order by
    done_at,
    recorded_at
