{#- Schemas are the public names (raw, standards, published, staging, intermediate, marts): no prefix. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ return(adapter.dispatch("schema_of_build")(custom_schema_name | trim if custom_schema_name else target.schema)) }}
{%- endmacro %}

{% macro default__schema_of_build(name) -%} {{ return(name) }} {%- endmacro %}

{#- A catalogue of Spark that a build shares with others: every build has schemas of its own there. -#}
{% macro spark__schema_of_build(name) -%} {{ return(env_var("JUNHENG_SPARK_SCHEMAS", "") ~ name) }} {%- endmacro %}
