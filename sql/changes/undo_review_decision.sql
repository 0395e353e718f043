-- A decision that was taken back; gives a row if nobody has done so before.
update review_decisions set
    undone_at = cast(:now as timestamp)
where review_decisions.decision_id = cast(:decision_id as uuid)
  and review_decisions.undone_at is null
returning 1 as undone
