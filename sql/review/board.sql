-- Failures per week, by how their group stands: fixed, came back, decided, ignored or new.
select
    cast(date_trunc('week', review_members.sent_at) as date) as week,
    case
        when review_groups.state = 'new' and review_groups.came_back_at is not null then 'came back'
        when review_groups.state = 'new' then 'new'
        when review_groups.state = 'pending' then 'decided'
        when review_groups.state = 'resolved' then 'fixed'
        else 'ignored'
    end as standing,
    count(*) as messages
from review_members
join review_groups on review_groups.group_id = review_members.group_id
where review_members.kind = cast(:kind as varchar)
  and review_members.sent_at >= cast(:since as timestamp)
group by
    1,
    2
order by
    1,
    2
