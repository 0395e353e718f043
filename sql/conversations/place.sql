-- How many conversations the filters pick, how many of them stand before one of them, and whether that one is among them.
select
    count(*) as picked,
    count(*) filter (
        where picked.last_message_at > cast(:place_at as timestamp)
           or (picked.last_message_at = cast(:place_at as timestamp) and picked.customer_key > cast(:place_key as uuid))
    ) as before,
    count(*) filter (where picked.customer_key = cast(:place_key as uuid)) as among
from picked
