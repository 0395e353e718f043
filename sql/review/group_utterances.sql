-- The utterances of some groups.
select distinct
    cast(review_members.utterance as varchar) as utterance,
    cast(review_members.group_id as varchar) as group_id
from review_members
where review_members.group_id = any(cast(:keys as uuid[]))
order by 1
