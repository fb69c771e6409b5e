{# What a judged row is shown as, a word of `display_words`: what was set aside or has no verdict says so first. #}
{% macro standing_of(judged, is_met='is_met', short="'not_met'") -%}
    case
        when {{ judged }}.reason = 'row_quarantined'
        then 'set_aside'
        when {{ judged }}.status in ('no_data', 'not_applicable')
        then {{ judged }}.status
        when {{ judged }}.{{ is_met }}
        then 'met'
        else {{ short }}
    end
{%- endmacro %}

{# The same of what has the words of the inspectors as its status: an item, an indicator behind it, a target. #}
{% macro standing_of_item(item) -%}
    case when {{ item }}.reason = 'row_quarantined' then 'set_aside' else {{ item }}.status end
{%- endmacro %}

{# What follows `left join` for a word of a kind: `words` (display_words) under a name of its own. #}
{% macro word_as(name, kind, word) -%}
    words as {{ name }} on {{ name }}.kind = '{{ kind }}' and {{ word }} = {{ name }}.word
{%- endmacro %}

{# The same for the standing of an item: what rules a county out is met when it has not happened. #}
{% macro standing_as(name, grp, standing) -%}
    words as {{ name }}
    on {{ name }}.kind
    = case when {{ grp }} = 'veto' and {{ standing }} in ('met', 'not_met') then 'veto' else 'standing' end
    and {{ standing }} = {{ name }}.word
{%- endmacro %}

{# The columns of a standing: the word, its sign, and how it reads. Needs the word joined as `standings`. #}
{% macro standing_columns(row) -%}
    cast({{ row }}.standing as string) as standing,
    standings.sign as sign,
    standings.zh as standing_zh,
    standings.en as standing_en
{%- endmacro %}

{# What is asked for, as it reads: 不低于 95 %. Needs the operator joined as `limits`; a row has its unit or none. #}
{% macro limit_columns(limit, row=none) -%}
    {%- for language in ('zh', 'en') -%}
        limits.{{ language }} || ' ' || {{ limit }}
        {% if row %} || coalesce(' ' || {{ row }}.unit_{{ language }}, '') {% endif %} as limit_{{ language }}
        {%- if not loop.last %}, {% endif %}
    {%- endfor -%}
{%- endmacro %}

{# A limit as it reads beside figures of so many digits: 0.50 beside 0.55. One that has more of them keeps them all. #}
{% macro limit_beside(limit, digits) -%}
    case
        when {{ rounded(limit, digits) }} = {{ limit }}
        then {{ text_of_rounded(rounded(limit, digits), digits) }}
        else {{ plain_number(limit) }}
    end
{%- endmacro %}

{# A part of a sentence that stands there only when it counts something. #}
{% macro if_any(count, before, after='') -%}
    case when {{ count }} > 0 then '{{ before }}' || cast({{ count }} as string) || '{{ after }}' else '' end
{%- endmacro %}
