-- The keys of erased customers, and up to when their events are kept out.
-- incoming: customer_key uuid, erased_at timestamp, erased_until timestamp
insert into erased (customer_key, erased_at, erased_until)
select
    customer_key,
    erased_at,
    erased_until
from incoming
on conflict (customer_key) do update set
    erased_at = excluded.erased_at,
    erased_until = greatest(erased.erased_until, excluded.erased_until)
