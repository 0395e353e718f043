-- New mutes.
-- incoming: customer_key uuid, mute_id uuid, muted_at timestamp, muted_until timestamp, muted_by varchar, ended_at timestamp, ended_by varchar
insert into mutes (customer_key, mute_id, muted_at, muted_until, muted_by, ended_at, ended_by)
select
    customer_key,
    mute_id,
    muted_at,
    muted_until,
    muted_by,
    ended_at,
    ended_by
from incoming
