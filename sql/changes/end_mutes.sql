-- Mutes that are over: by their timer, by a person, by a program, or because a later mute took their place.
-- incoming: customer_key uuid, mute_id uuid, ended_at timestamp, ended_by varchar
update mutes set
    ended_at = incoming.ended_at,
    ended_by = incoming.ended_by
from incoming
where mutes.customer_key = incoming.customer_key
  and mutes.mute_id = incoming.mute_id
