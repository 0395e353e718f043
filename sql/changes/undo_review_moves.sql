-- Utterances that go back to where they were moved from.
update review_members set
    group_id = review_moves.from_group
from review_moves
where review_moves.decision_id = cast(:decision_id as uuid)
  and review_members.customer_key = review_moves.customer_key
  and review_members.event_key = review_moves.event_key
