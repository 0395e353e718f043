-- What people want to be told of, the oldest first; one row per alert.
select
    alerts.alert_id as alert_id,
    alerts.measure as measure,
    alerts.kind as kind,
    alerts.bound as bound,
    alerts.least as least,
    alerts.days as days,
    alerts.channel as channel,
    alerts.language as language,
    alerts.kept_by as kept_by
from alerts
order by
    alerts.kept_at,
    alerts.alert_id
