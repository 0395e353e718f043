-- The groups from and to which a decision moved utterances.
select distinct cast(review_members.group_id as varchar) as group_id
from review_moves
join review_members on review_members.customer_key = review_moves.customer_key
    and review_members.event_key = review_moves.event_key
where review_moves.decision_id = cast(:decision_id as uuid)
union
select distinct cast(review_moves.from_group as varchar)
from review_moves
where review_moves.decision_id = cast(:decision_id as uuid)
