-- Whoever reads UNCONFIRMED learns what exactly is not confirmed.
select indicator_id as broken_id
from {{ ref('indicators') }}
where status = 'UNCONFIRMED' and (status_note is null or {{ trimmed('status_note') }} = '')
union all
select threshold_id as broken_id
from {{ ref('thresholds') }}
where status = 'UNCONFIRMED' and (evidence is null or {{ trimmed('evidence') }} = '')
union all
select quota_id as broken_id
from {{ ref('funding_quotas') }}
where status = 'UNCONFIRMED' and (evidence is null or {{ trimmed('evidence') }} = '')
