-- The days that people have marked, in their order; one row per marker.
select
    markers.marker_id as marker_id,
    markers.day as day,
    markers.text as text,
    markers.kept_by as kept_by
from markers
where (cast(:first_day as date) is null or markers.day >= cast(:first_day as date))
  and (cast(:last_day as date) is null or markers.day <= cast(:last_day as date))
order by
    markers.day,
    markers.kept_at,
    markers.marker_id
