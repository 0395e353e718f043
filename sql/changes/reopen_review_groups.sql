-- Resolved groups to which something was said after their fix are new again; gives them.
-- incoming: group_id uuid
update review_groups set
    state = 'new',
    came_back_at = cast(:now as timestamp)
from incoming
where review_groups.group_id = incoming.group_id
  and review_groups.state = 'resolved'
  and review_groups.last_at > review_groups.fixed_at
returning cast(review_groups.group_id as varchar) as group_id
