-- Grain:    one database; what LOADER and ANALYST may do in it
-- Source:   DEPLOYER, who owns all of it, behind the tables and views of each greenpulse sql
--           deploy, and of each database that greenpulse rebuild makes
-- Read by:  Snowflake; DuckDB knows no roles
-- Nobody but DEPLOYER may create, drop, truncate or alter anything.
grant usage on database energy_project to role loader;
grant usage on schema bronze to role loader;
grant usage on schema ops to role loader;
grant usage on schema silver to role loader;

grant read, write on stage bronze.energy_stage to role loader;
grant select on all views in schema bronze to role loader;
grant select on all views in schema ops to role loader;
grant select on all views in schema silver to role loader;

-- What has come stays: rows of these are never changed, never deleted.
grant select, insert on table bronze.raw_intensity to role loader;
grant select, insert on table ops.identity to role loader;
grant select, insert on table ops.load_manifest to role loader;
grant select, insert on table ops.schedule to role loader;
grant select, insert on table silver.poll to role loader;

-- A load empties its lists of records to read and of hours to count, strikes off what it read
-- of the unread answers, takes the lease, and replaces what silver has of the half hours, and
-- ops of the hours, that it has news of: sql/load has no other DELETE or UPDATE.
grant select, insert, delete on table bronze.record_to_read to role loader;
grant select, insert, delete on table ops.hour_to_count to role loader;
grant select, update on table ops.load_lease to role loader;
grant select, insert, delete on table ops.pipeline_hour to role loader;
grant select, insert, delete on table ops.series_hour to role loader;
grant select, insert, delete on table silver.national_intensity to role loader;
grant select, insert, delete on table silver.newest_national_run to role loader;
grant select, insert, delete on table silver.forecast_error to role loader;
grant select, insert, delete on table silver.regional_intensity to role loader;
grant select, insert, delete on table silver.regional_sighting to role loader;
grant select, insert, delete on table silver.generation_mix to role loader;
grant select, insert, delete on table silver.regional_generation_mix to role loader;
grant select, delete on table silver.unread_answer to role loader;

grant usage on database energy_project to role analyst;
grant usage on schema gold to role analyst;
grant select on all views in schema gold to role analyst;
