-- Something the store knows of itself, whatever it said before.
insert into store_facts (name, value)
values (:name, :value)
on conflict (name) do update set
    value = excluded.value
