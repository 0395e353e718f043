-- The salts of records that were written before there was a chain.
-- incoming: act_id uuid, salt varchar
update activity set
    salt = incoming.salt
from incoming
where activity.act_id = incoming.act_id
