-- Groups that a trainer has looked at: they keep what is in them from now on.
-- incoming: group_id uuid
update review_groups set
    seen_at = cast(:now as timestamp)
from incoming
where review_groups.group_id = incoming.group_id
  and review_groups.seen_at is null
