-- Messages that Review no longer looks at, as the bot has said something else of them since; gives the groups they leave.
-- incoming: customer_key uuid, event_key bigint
delete from review_members
using incoming
where review_members.customer_key = incoming.customer_key
  and review_members.event_key = incoming.event_key
returning cast(review_members.group_id as varchar) as group_id
