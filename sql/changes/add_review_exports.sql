-- That something was exported.
insert into review_exports (export_id, made_at, made_by, format, groups, examples, masked)
values (
    cast(:export_id as uuid),
    cast(:now as timestamp),
    cast(:actor as varchar),
    cast(:format as varchar),
    cast(:groups as bigint),
    cast(:examples as bigint),
    cast(:masked as bigint)
)
