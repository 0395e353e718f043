-- Failures since a moment, and how many of them are decided: their group is pending, resolved or ignored.
select
    count(*) as messages,
    count(*) filter (where review_groups.state in ('pending', 'resolved', 'ignored')) as decided
from review_members
join review_groups on review_groups.group_id = review_members.group_id
where review_members.kind = cast(:kind as varchar)
  and review_members.sent_at >= cast(:since as timestamp)
