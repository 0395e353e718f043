-- Every utterance that Review knows of one kind and language, with its group; a group has settled when a trainer has opened it or decided something about it. A single may join others although it was opened.
select
    cast(review_members.utterance as varchar) as utterance,
    min(review_members.normal) as normal,
    cast(review_members.group_id as varchar) as group_id,
    max(
        case
            when review_groups.state = 'new'
             and review_groups.by_hand = false
             and review_groups.came_back_at is null
             and (review_groups.seen_at is null or (review_groups.utterances = 1 and review_groups.customers = 1))
            then 0
            else 1
        end
    ) as settled
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
