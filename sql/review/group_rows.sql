-- Some groups with the number of messages, utterances and distinct customers in the chosen period, channels and languages.
with chosen as (
    select
        review_members.group_id as group_id,
        review_members.utterance as utterance,
        review_members.customer_key as customer_key,
        review_members.channel as channel,
        review_members.language as language,
        review_members.reason as reason,
        review_members.sent_at as sent_at,
        review_members.exported_at as exported_at
    from review_members
    where review_members.group_id = any(cast(:keys as uuid[]))
      and (cast(:channels as varchar[]) is null or review_members.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or review_members.language = any(cast(:languages as varchar[])))
      and (cast(:since as timestamp) is null or review_members.sent_at >= cast(:since as timestamp))
      and (cast(:until as timestamp) is null or review_members.sent_at < cast(:until as timestamp))
),
counted as (
    select
        chosen.group_id as group_id,
        count(*) as messages,
        count(distinct chosen.utterance) as utterances,
        count(distinct chosen.customer_key) as customers,
        count(*) filter (where chosen.exported_at is null) as not_exported,
        count(*) filter (where chosen.sent_at <= review_groups.fixed_at) as before_fix,
        count(*) filter (where chosen.sent_at > review_groups.fixed_at) as after_fix,
        min(chosen.sent_at) as first_at,
        max(chosen.sent_at) as last_at
    from chosen
    join review_groups on review_groups.group_id = chosen.group_id
    group by chosen.group_id
),
places as (
    select distinct
        chosen.group_id as group_id,
        chosen.channel as channel,
        chosen.language as language,
        chosen.reason as reason
    from chosen
),
where_said as (
    select
        places.group_id as group_id,
        string_agg(distinct places.channel, ',') as channels,
        string_agg(distinct places.language, ',') as languages,
        string_agg(distinct places.reason, ',') as reasons
    from places
    group by places.group_id
)
select
    cast(review_groups.group_id as varchar) as group_id,
    review_groups.kind as kind,
    review_groups.state as state,
    review_groups.language as language,
    review_groups.outcome as outcome,
    review_groups.intent as intent,
    review_groups.decided_by as decided_by,
    review_groups.decided_at as decided_at,
    review_groups.fixed_at as fixed_at,
    review_groups.came_back_at as came_back_at,
    review_groups.seen_at as seen_at,
    counted.messages as messages,
    counted.utterances as utterances,
    counted.customers as customers,
    counted.not_exported as not_exported,
    counted.before_fix as before_fix,
    counted.after_fix as after_fix,
    counted.first_at as first_at,
    counted.last_at as last_at,
    where_said.channels as channels,
    where_said.languages as languages,
    where_said.reasons as reasons
from review_groups
join counted on counted.group_id = review_groups.group_id
join where_said on where_said.group_id = review_groups.group_id
where review_groups.group_id = any(cast(:keys as uuid[]))
