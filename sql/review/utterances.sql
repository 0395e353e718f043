-- Every utterance that Review knows of one kind and language, with its group; a movable one is a single that nobody has touched.
select
    cast(review_members.utterance as varchar) as utterance,
    min(review_members.normal) as normal,
    cast(review_members.group_id as varchar) as group_id,
    max(
        case
            when review_groups.state = 'new'
             and review_groups.by_hand = false
             and review_groups.utterances = 1
             and review_groups.customers = 1
            then 1
            else 0
        end
    ) as movable
from review_members
join review_groups on review_groups.group_id = review_members.group_id
where review_members.kind = cast(:kind as varchar)
  and review_groups.language = cast(:language as varchar)
group by
    review_members.utterance,
    review_members.group_id
order by
    min(review_members.sent_at),
    review_members.utterance
