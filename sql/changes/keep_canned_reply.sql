-- An answer that is kept for everybody.
insert into canned_replies (canned_id, text, kept_by, kept_at)
values (cast(:canned_id as varchar), cast(:text as varchar), cast(:kept_by as varchar), cast(:now as timestamp))
on conflict (canned_id) do nothing
