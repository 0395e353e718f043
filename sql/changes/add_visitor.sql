-- A visitor who has just opened a session.
insert into visitors (customer_key, secret_hash, site, opened_at, verified, heard_at)
values (
    cast(:customer_key as uuid),
    cast(:secret_hash as varchar),
    cast(:site as varchar),
    cast(:now as timestamp),
    cast(:verified as boolean),
    cast(:now as timestamp)
)
