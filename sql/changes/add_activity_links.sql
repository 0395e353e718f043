-- The links of records. Only ever added.
-- incoming: number bigint, act_id uuid, digest varchar, hash varchar
insert into activity_links (number, act_id, digest, hash)
select
    number,
    act_id,
    digest,
    hash
from incoming
