-- Grain:    one database, which takes the place of energy_project
-- Source:   DEPLOYER, in greenpulse rebuild; tables, views and grants follow, as in each deployment
-- Read by:  Snowflake; DuckDB takes another file
-- As account.sql makes the first one; CREATE DATABASE is what DEPLOYER has it for.
create database if not exists energy_project
    data_retention_time_in_days = 1
    comment = 'Carbon intensity of Great Britain, by GreenPulse';
create schema if not exists energy_project.bronze with managed access;
create schema if not exists energy_project.ops with managed access;
create schema if not exists energy_project.silver with managed access;
create schema if not exists energy_project.gold with managed access;
