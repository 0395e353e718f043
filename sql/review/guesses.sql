-- What the bot itself took the utterances of one group for, had it been sure.
select
    review_members.guess as intent,
    count(*) as messages,
    avg(review_members.guess_confidence) as confidence
from review_members
where review_members.group_id = cast(:group_id as uuid)
  and review_members.guess is not null
group by review_members.guess
order by
    count(*) desc,
    review_members.guess
