-- What was exported, newest first.
select
    cast(review_exports.export_id as varchar) as export_id,
    review_exports.made_at as made_at,
    review_exports.made_by as made_by,
    review_exports.format as format,
    review_exports.groups as groups,
    review_exports.examples as examples,
    review_exports.masked as masked
from review_exports
order by review_exports.made_at desc
limit :many
