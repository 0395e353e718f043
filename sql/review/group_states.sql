-- How some groups stand.
select
    cast(review_groups.group_id as varchar) as group_id,
    review_groups.kind as kind,
    review_groups.language as language,
    review_groups.state as state,
    review_groups.outcome as outcome,
    review_groups.intent as intent,
    review_groups.decided_by as decided_by,
    review_groups.decided_at as decided_at,
    review_groups.fixed_at as fixed_at,
    review_groups.came_back_at as came_back_at,
    review_groups.by_hand as by_hand,
    review_groups.messages as messages
from review_groups
where review_groups.group_id = any(cast(:keys as uuid[]))
