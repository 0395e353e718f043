-- Singles that belong to a group since something like them has arrived; not those that a trainer has touched meanwhile.
-- incoming: old_group uuid, group_id uuid
update review_members set
    group_id = incoming.group_id
from incoming
where review_members.group_id = incoming.old_group
  and exists (
      select 1
      from review_groups
      where review_groups.group_id = incoming.old_group
        and review_groups.state = 'new'
        and review_groups.by_hand = false
  )
