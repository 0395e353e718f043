-- The key of an erased customer, and up to when their events are kept out.
insert into erased (customer_key, erased_at, erased_until)
values (cast(:customer_key as uuid), cast(:now as timestamp), cast(:until as timestamp))
on conflict (customer_key) do update set
    erased_at = excluded.erased_at,
    erased_until = greatest(erased.erased_until, excluded.erased_until)
