-- Mutes that their timer has ended; gives those that nobody else has closed meanwhile.
-- incoming: customer_key uuid, mute_id uuid
update mutes set
    ended_at = mutes.muted_until,
    ended_by = 'timer'
from incoming
where mutes.customer_key = incoming.customer_key
  and mutes.mute_id = incoming.mute_id
  and mutes.ended_at is null
returning cast(mutes.mute_id as varchar) as mute_id
