-- What was decided in Review, for every group that it was about.
-- incoming: decision_id uuid, group_id uuid, decided_at timestamp, actor varchar, what varchar, outcome varchar, intent varchar, earlier varchar
insert into review_decisions (decision_id, group_id, decided_at, actor, what, outcome, intent, earlier)
select
    decision_id,
    group_id,
    decided_at,
    actor,
    what,
    outcome,
    intent,
    earlier
from incoming
