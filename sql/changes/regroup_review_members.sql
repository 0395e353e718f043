-- Utterances that belong to another group since others have arrived; not those of a group that a trainer has touched meanwhile.
-- incoming: utterance uuid, old_group uuid, group_id uuid, typicality double precision
update review_members set
    group_id = incoming.group_id,
    typicality = incoming.typicality
from incoming
where review_members.utterance = incoming.utterance
  and review_members.group_id = incoming.old_group
  and exists (
      select 1
      from review_groups
      where review_groups.group_id = incoming.old_group
        and review_groups.state = 'new'
        and review_groups.by_hand = false
        and review_groups.came_back_at is null
        and (review_groups.seen_at is null or (review_groups.utterances = 1 and review_groups.customers = 1))
  )
