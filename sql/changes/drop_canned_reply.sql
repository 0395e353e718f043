-- An answer that is no longer kept.
delete from canned_replies
where canned_id = cast(:canned_id as varchar)
