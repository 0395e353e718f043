-- Groups of utterances that the bot did not understand, with their number in all: the most costly first. Each customer counts one, halved for every week since they last said it.
with sought as (
    select review_members.group_id as group_id
    from review_members
    where cast(:narrowed as boolean)
      and review_members.kind = cast(:kind as varchar)
      and (cast(:channels as varchar[]) is null or review_members.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or review_members.language = any(cast(:languages as varchar[])))
      and (cast(:since as timestamp) is null or review_members.sent_at >= cast(:since as timestamp))
      and (cast(:until as timestamp) is null or review_members.sent_at < cast(:until as timestamp))
      and (cast(:text_like as varchar) is null or review_members.normal like cast(:text_like as varchar) escape '!')
    group by review_members.group_id
)
select
    cast(review_groups.group_id as varchar) as group_id,
    count(*) over () as groups
from review_groups
where review_groups.kind = cast(:kind as varchar)
  and (
      cast(:states as varchar[]) is null
      or (review_groups.state = any(cast(:states as varchar[])))
      or ('came_back' = any(cast(:states as varchar[])) and review_groups.came_back_at is not null and review_groups.state = 'new')
  )
  and (
      cast(:singles as boolean) is null
      or (review_groups.utterances = 1 and review_groups.customers = 1 and review_groups.state = 'new' and review_groups.by_hand = false) = cast(:singles as boolean)
  )
  and (
      cast(:narrowed as boolean) = false
      or review_groups.group_id in (select sought.group_id from sought)
  )
  and (
      cast(:among as varchar[]) is null
      or review_groups.group_id = any(cast(:among as uuid[]))
  )
order by
    case when cast(:sorting as varchar) = 'cost' then review_groups.cost end desc,
    case when cast(:sorting as varchar) = 'messages' then review_groups.messages end desc,
    case when cast(:sorting as varchar) = 'newest' then review_groups.last_at end desc,
    review_groups.group_id
limit :many
offset :skip
