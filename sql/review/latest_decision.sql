-- The latest decision of one trainer that was not taken back, group by group.
select
    cast(review_decisions.decision_id as varchar) as decision_id,
    cast(review_decisions.group_id as varchar) as group_id,
    review_decisions.what as what,
    review_decisions.earlier as earlier,
    review_decisions.decided_at as decided_at
from review_decisions
where review_decisions.decision_id = (
    select newest.decision_id
    from review_decisions as newest
    where newest.actor = cast(:actor as varchar)
      and newest.undone_at is null
    order by
        newest.decided_at desc,
        newest.decision_id
    limit 1
)
