-- Which customers of a batch were erased, and up to when their events are kept out.
-- incoming: customer_key uuid
select
    cast(erased.customer_key as varchar) as customer_key,
    erased.erased_until as erased_until
from erased
join incoming on incoming.customer_key = erased.customer_key
