-- How many of the picked conversations wait for help, how many of them have waited longer than one of them, and whether that one waits.
select
    count(*) as picked,
    count(*) filter (
        where picked.need_help_since < cast(:place_at as timestamp)
           or (picked.need_help_since = cast(:place_at as timestamp) and picked.customer_key < cast(:place_key as uuid))
    ) as before,
    count(*) filter (where picked.customer_key = cast(:place_key as uuid)) as among
from picked
where picked.need_help_since is not null
