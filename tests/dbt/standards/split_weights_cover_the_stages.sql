-- A school of several stages has a weight for each of them, all of them above zero, the first 1.
with
    weights as (
        select school_kind, stage, weight, min(weight) over (partition by school_kind, valid_from) as least_weight
        from {{ ref('facility_split_weights') }}
    ),

    expected as (
        {% for kind, stage in [
            ('nine_year', 'primary'), ('nine_year', 'junior'), ('complete_secondary', 'junior'), ('complete_secondary', 'senior'),
            ('twelve_year', 'primary'), ('twelve_year', 'junior'), ('twelve_year', 'senior'), ('primary', 'primary'),
            ('teaching_point', 'primary'), ('junior', 'junior'), ('senior', 'senior')
        ] %}
            {{ 'union all' if not loop.first }} select '{{ kind }}' as school_kind, '{{ stage }}' as stage
        {% endfor %}
    )

select
    coalesce(expected.school_kind, weights.school_kind) as school_kind, coalesce(expected.stage, weights.stage) as stage
from expected
full outer join weights on expected.school_kind = weights.school_kind and expected.stage = weights.stage
where expected.stage is null or weights.weight is null or weights.least_weight <> 1
