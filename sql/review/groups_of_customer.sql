-- The groups that hold something of one customer.
select distinct cast(review_members.group_id as varchar) as group_id
from review_members
where review_members.customer_key in (select unnest(cast(:customer_keys as uuid[])))
  and review_members.group_id is not null
