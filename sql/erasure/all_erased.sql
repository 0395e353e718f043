-- The keys of all erased customers, with when and up to when their events are kept out.
select
    cast(erased.customer_key as varchar) as customer_key,
    erased.erased_at as erased_at,
    erased.erased_until as erased_until
from erased
