-- Failures per week of some groups.
select
    cast(review_members.group_id as varchar) as group_id,
    cast(date_trunc('week', review_members.sent_at) as date) as week,
    count(*) as messages
from review_members
where review_members.group_id = any(cast(:keys as uuid[]))
  and review_members.sent_at >= cast(:since as timestamp)
group by
    1,
    2
