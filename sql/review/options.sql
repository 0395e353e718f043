-- The channels and languages in which something failed.
select
    review_members.channel as channel,
    review_members.language as language,
    count(*) as messages
from review_members
where review_members.kind = cast(:kind as varchar)
group by
    review_members.channel,
    review_members.language
