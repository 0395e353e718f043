-- A schema file has been applied.
insert into schema_steps (name, applied_at)
values (:name, cast(:now as timestamp))
