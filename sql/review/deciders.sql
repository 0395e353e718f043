-- Who has decided how many groups since a moment.
select
    review_decisions.actor as actor,
    count(distinct review_decisions.group_id) as groups
from review_decisions
where review_decisions.decided_at >= cast(:since as timestamp)
  and review_decisions.undone_at is null
  and review_decisions.what in ('decide', 'ignore')
group by review_decisions.actor
order by
    count(distinct review_decisions.group_id) desc,
    review_decisions.actor
