-- The answers that people keep for all of them.
select
    canned_replies.canned_id as canned_id,
    canned_replies.text as text,
    canned_replies.kept_by as kept_by
from canned_replies
order by
    lower(canned_replies.text),
    canned_replies.canned_id
