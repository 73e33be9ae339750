-- Grain:    one account; roles, warehouses, monitor, database, users; run once
-- Source:   whoever has ACCOUNTADMIN, in a worksheet; nothing else ever needs that role
-- Read by:  greenpulse sql print; sql deploy never runs it
-- Again without harm: what is there stays as it is, keys and quota included. Write the three
-- public keys in first, one line each, without the lines that begin with dashes.
use role accountadmin;

-- What it may cost: loads every 300 s take up to 7.6 credits a day, every 1800 s 1.4.
create resource monitor if not exists greenpulse_monitor with
    credit_quota = 300
    frequency = monthly
    start_timestamp = immediately
    triggers
    on 80 percent do notify
    on 100 percent do suspend
    on 110 percent do suspend_immediate;

create warehouse if not exists loader_wh
    warehouse_size = xsmall
    auto_suspend = 60
    auto_resume = true
    initially_suspended = true
    statement_timeout_in_seconds = 900
    statement_queued_timeout_in_seconds = 900
    comment = 'Loads of GreenPulse, and its deployments';

create warehouse if not exists analyst_wh
    warehouse_size = xsmall
    auto_suspend = 60
    auto_resume = true
    initially_suspended = true
    statement_timeout_in_seconds = 60
    statement_queued_timeout_in_seconds = 60
    comment = 'Reports and questions on the gold views of GreenPulse';

alter warehouse loader_wh set resource_monitor = greenpulse_monitor;
alter warehouse analyst_wh set resource_monitor = greenpulse_monitor;

create role if not exists deployer
    comment = 'Owns the database of GreenPulse, makes and changes its tables and views';
create role if not exists loader
    comment = 'Adds rows to bronze, silver and ops, creates and removes no object';
create role if not exists analyst
    comment = 'Reads the gold views of GreenPulse, nothing else';

grant role deployer to role sysadmin;
grant usage on warehouse loader_wh to role deployer;
grant usage on warehouse loader_wh to role loader;
grant usage on warehouse analyst_wh to role analyst;

-- greenpulse rebuild makes the warehouse anew beside the old one, then swaps them.
grant create database on account to role deployer;

-- Nobody but the owner of a schema grants what is in it: grants.sql does, with each deployment.
create database if not exists energy_project
    data_retention_time_in_days = 1
    comment = 'Carbon intensity of Great Britain, by GreenPulse';
create schema if not exists energy_project.bronze with managed access;
create schema if not exists energy_project.ops with managed access;
create schema if not exists energy_project.silver with managed access;
create schema if not exists energy_project.gold with managed access;

grant ownership on database energy_project to role deployer copy current grants;
grant ownership on schema energy_project.bronze to role deployer copy current grants;
grant ownership on schema energy_project.ops to role deployer copy current grants;
grant ownership on schema energy_project.silver to role deployer copy current grants;
grant ownership on schema energy_project.gold to role deployer copy current grants;

-- Programs; a service user has no password.
create user if not exists greenpulse_deployer
    type = service
    default_role = deployer
    default_warehouse = loader_wh
    default_namespace = energy_project.ops
    rsa_public_key = 'PUBLIC_KEY_OF_THE_DEPLOYER'
    comment = 'greenpulse sql deploy, greenpulse rebuild';
create user if not exists greenpulse_loader
    type = service
    default_role = loader
    default_warehouse = loader_wh
    default_namespace = energy_project.bronze
    rsa_public_key = 'PUBLIC_KEY_OF_THE_LOADER'
    comment = 'greenpulse worker, greenpulse audit';
create user if not exists greenpulse_report
    type = service
    default_role = analyst
    default_warehouse = analyst_wh
    default_namespace = energy_project.gold
    rsa_public_key = 'PUBLIC_KEY_OF_THE_REPORT'
    comment = 'Power BI, greenpulse query';

grant role deployer to user greenpulse_deployer;
grant role loader to user greenpulse_loader;
grant role analyst to user greenpulse_report;

-- People who read the report under their own name, each:
-- grant role analyst to user SOMEBODY;

-- Only from known addresses; take yours, a wrong one shuts the program out:
-- create network policy greenpulse_network allowed_ip_list = ('192.0.2.0/24');
-- alter user greenpulse_loader set network_policy = greenpulse_network;

-- What belongs together on the bill; tags need the Enterprise edition:
-- create tag if not exists energy_project.ops.purpose;
-- alter warehouse loader_wh set tag energy_project.ops.purpose = 'greenpulse loads';
-- alter warehouse analyst_wh set tag energy_project.ops.purpose = 'greenpulse reports';
