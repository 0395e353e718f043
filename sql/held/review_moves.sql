-- From where trainers moved what one customer said.
select
    cast(review_moves.customer_key as varchar) as customer_key,
    review_moves.event_key as event_key,
    cast(review_moves.decision_id as varchar) as decision_id,
    cast(review_moves.from_group as varchar) as from_group
from review_moves
where review_moves.customer_key = cast(:customer_key as uuid)
