-- Grain:    one staged file a load
-- Source:   the loader's PUT; Snowflake only, DuckDB has no stages
-- Read by:  the loader's COPY INTO bronze.raw_intensity
create stage if not exists bronze.energy_stage
    comment = 'Files on their way into raw_intensity, removed a week after their load';
