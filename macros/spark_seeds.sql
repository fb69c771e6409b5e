{# Rows of a seed on Spark. The loader of dbt-spark binds values through float and unescaped text: it would change long
   numbers, NULL and backslashes. Every cell goes in as text and is cast to the type that the seed declares. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(500) -%}
        {%- set sql -%}
            insert into {{ this.render() }}
            select
            {%- for name in agate_table.column_names %}
                {%- if name not in types %}
                    {{ exceptions.raise_compiler_error('seed ' ~ model['name'] ~ ': column_types lacks ' ~ name) }}
                {%- endif %}
                cast({{ adapter.quote(name) }} as {{ types[name] }}) {%- if not loop.last %}, {% endif %}
            {%- endfor %}
            from values
            {%- for row in chunk %}
                ({%- for cell in row -%}{{ spark_text(cell) }} {%- if not loop.last %}, {% endif %}{%- endfor -%}) {%- if not loop.last %}, {% endif %}
            {%- endfor %}
            as cells ({%- for name in agate_table.column_names -%}{{ adapter.quote(name) }} {%- if not loop.last %}, {% endif %}{%- endfor -%})
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements[0] if statements else '') }}
{%- endmacro %}

{# A text as a literal of Spark, in which a backslash begins an escape and ${ } a setting: they go in by their numbers. #}
{% macro spark_text(cell) -%}
    {%- set escaped = cell | string | replace("\\", "\\u005c") | replace("'", "\\u0027") | replace("$", "\\u0024") -%}
    {%- if cell is none -%} cast(null as string)
    {%- else -%} '{{ escaped }}'
    {%- endif -%}
{%- endmacro %}
