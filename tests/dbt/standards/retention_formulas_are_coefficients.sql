-- Each coefficient is −1, 0 or 1, and no two formulas are the same.
{%- set coefficients = [
    'numerator_transfers_in', 'numerator_transfers_out', 'numerator_suspended', 'numerator_resumed', 'numerator_deaths',
    'denominator_transfers_in', 'denominator_transfers_out', 'denominator_deaths'
] %}
select min(formula_id) as formula_id, count(*) as formulas
from {{ ref('retention_formulas') }}
group by {{ coefficients | join(', ') }}
having
    count(*) > 1
    {%- for coefficient in coefficients %} or {{ coefficient }} is null or abs({{ coefficient }}) > 1 {%- endfor %}
