-- The keys of the picked conversations that wait for help, the longest waiting first.
select
    cast(picked.customer_key as varchar) as customer_key
from picked
where picked.need_help_since is not null
order by
    picked.need_help_since,
    picked.customer_key
limit :many
offset :skip
