-- What was done. Only ever added.
-- incoming: act_id uuid, done_at timestamp, recorded_at timestamp, actor varchar, act varchar, customer_key uuid, channel varchar, reason varchar, details varchar, salt varchar
insert into activity (act_id, done_at, recorded_at, actor, act, customer_key, channel, reason, details, salt)
select
    act_id,
    done_at,
    recorded_at,
    actor,
    act,
    customer_key,
    channel,
    reason,
    details,
    salt
from incoming
