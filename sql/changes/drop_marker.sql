-- A day that is no longer marked.
delete from markers
where marker_id = cast(:marker_id as varchar)
returning text, day
