-- Days that people mark on the charts over time: a release, a new intent. They are everybody's, and about nobody.
create table markers (
    marker_id varchar primary key,
    day date not null,
    text varchar not null,
    kept_by varchar not null,
    kept_at timestamp not null
);
