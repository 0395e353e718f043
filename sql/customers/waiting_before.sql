-- The keys of the picked conversations that have waited longer than since a place, the shortest waiting first.
select
    cast(picked.customer_key as varchar) as customer_key
from picked
where picked.need_help_since is not null
  and picked.need_help_since <= cast(:place_at as timestamp)
  and (picked.need_help_since < cast(:place_at as timestamp) or picked.customer_key < cast(:place_key as uuid))
order by
    picked.need_help_since desc,
    picked.customer_key desc
limit :many
offset :skip
