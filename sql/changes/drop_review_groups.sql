-- Groups that have no member any more.
-- incoming: group_id uuid
delete from review_groups
using incoming
where review_groups.group_id = incoming.group_id
  and not exists (
      select 1
      from review_members
      where review_members.group_id = incoming.group_id
  )
