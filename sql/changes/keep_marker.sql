-- A day that is marked.
insert into markers (marker_id, day, text, kept_by, kept_at)
values (cast(:marker_id as varchar), cast(:day as date), cast(:text as varchar), cast(:kept_by as varchar), cast(:now as timestamp))
on conflict (marker_id) do nothing
returning marker_id
