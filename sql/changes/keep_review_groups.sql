-- What was decided about some groups.
-- incoming: group_id uuid, state varchar, outcome varchar, intent varchar, decided_by varchar, decided_at timestamp, fixed_at timestamp, came_back_at timestamp, by_hand boolean
update review_groups set
    state = incoming.state,
    outcome = incoming.outcome,
    intent = incoming.intent,
    decided_by = incoming.decided_by,
    decided_at = incoming.decided_at,
    fixed_at = incoming.fixed_at,
    came_back_at = incoming.came_back_at,
    by_hand = incoming.by_hand
from incoming
where review_groups.group_id = incoming.group_id
