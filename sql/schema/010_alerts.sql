-- What people want to be told of: a rate above a bound, or above the period before by so many points. They are everybody's, and about nobody.
create table alerts (
    alert_id varchar primary key,
    measure varchar not null,
    kind varchar not null,
    bound double precision not null,
    least bigint not null,
    days bigint not null,
    channel varchar,
    language varchar,
    kept_by varchar not null,
    kept_at timestamp not null
);
