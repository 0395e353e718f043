-- Something the store knows of itself, said for the first time.
insert into store_facts (name, value)
values (:name, :value)
on conflict (name) do nothing
