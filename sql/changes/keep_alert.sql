-- Something that people want to be told of.
insert into alerts (alert_id, measure, kind, bound, least, days, channel, language, kept_by, kept_at)
values (
    cast(:alert_id as varchar),
    cast(:measure as varchar),
    cast(:kind as varchar),
    cast(:bound as double precision),
    cast(:least as bigint),
    cast(:days as bigint),
    cast(:channel as varchar),
    cast(:language as varchar),
    cast(:kept_by as varchar),
    cast(:now as timestamp)
)
on conflict (alert_id) do nothing
returning alert_id
