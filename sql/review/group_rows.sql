-- Some groups with the number of messages, utterances and distinct customers in the chosen period, channels and languages.
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
    count(*) as messages,
    count(distinct review_members.utterance) as utterances,
    count(distinct review_members.customer_key) as customers,
    count(*) filter (where review_members.exported_at is null) as not_exported,
    count(*) filter (where review_groups.fixed_at is not null and review_members.sent_at <= review_groups.fixed_at) as before_fix,
    count(*) filter (where review_groups.fixed_at is not null and review_members.sent_at > review_groups.fixed_at) as after_fix,
    string_agg(distinct review_members.channel, ',') as channels,
    string_agg(distinct review_members.language, ',') as languages,
    string_agg(distinct review_members.reason, ',') as reasons,
    min(review_members.sent_at) as first_at,
    max(review_members.sent_at) as last_at
from review_groups
join review_members on review_members.group_id = review_groups.group_id
where review_groups.group_id = any(cast(:keys as uuid[]))
  and review_members.group_id = any(cast(:keys as uuid[]))
  and (cast(:channels as varchar[]) is null or review_members.channel = any(cast(:channels as varchar[])))
  and (cast(:languages as varchar[]) is null or review_members.language = any(cast(:languages as varchar[])))
  and (cast(:since as timestamp) is null or review_members.sent_at >= cast(:since as timestamp))
  and (cast(:until as timestamp) is null or review_members.sent_at < cast(:until as timestamp))
group by
    review_groups.group_id,
    review_groups.kind,
    review_groups.state,
    review_groups.language,
    review_groups.outcome,
    review_groups.intent,
    review_groups.decided_by,
    review_groups.decided_at,
    review_groups.fixed_at,
    review_groups.came_back_at
