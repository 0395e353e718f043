-- The links after some number, in order, each with the record that it stands for, as far as it is still there.
with links as (
    select
        activity_links.number as number,
        activity_links.act_id as act_id,
        activity_links.digest as digest,
        activity_links.hash as hash
    from activity_links
    where activity_links.number > cast(:after_number as bigint)
    order by activity_links.number
    limit :limit
)
select
    links.number as number,
    cast(links.act_id as varchar) as link_act_id,
    links.digest as digest,
    links.hash as hash,
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
from links
left join activity on activity.act_id = links.act_id
order by
    links.number
