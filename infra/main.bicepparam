// For azd, which offers its environment here (`azd env set CRM azure_table`), and for az, which offers
// the shell's. A variable has the name of the app's setting; the defaults are those of main.bicep.

using './main.bicep'

import { given } from './values.bicep'

// any(): the type of such a parameter is its allowed values, which are checked at the deployment.

param environmentName = given(readEnvironmentVariable('AZURE_ENV_NAME', ''), 'relay')

param storageSku = any(given(readEnvironmentVariable('STORAGE_SKU', ''), 'Standard_ZRS'))
param instanceMemoryMB = any(int(given(readEnvironmentVariable('INSTANCE_MEMORY_MB', ''), '2048')))
param maximumInstanceCount = int(given(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', ''), '40'))
param httpConcurrency = int(given(readEnvironmentVariable('HTTP_CONCURRENCY', ''), '32'))
param alwaysReadyInstances = int(given(readEnvironmentVariable('ALWAYS_READY_INSTANCES', ''), '0'))
param zoneRedundant = bool(given(readEnvironmentVariable('ZONE_REDUNDANT', ''), 'false'))

param crm = given(readEnvironmentVariable('CRM', ''), 'azure_table')
param testLeads = any(given(readEnvironmentVariable('TEST_LEADS', ''), 'deliver'))
param repeatWindow = given(readEnvironmentVariable('REPEAT_WINDOW', ''), 'PT24H')
param followUpWithin = given(readEnvironmentVariable('FOLLOW_UP_WITHIN', ''), 'PT24H')
param nurtureSchedule = given(readEnvironmentVariable('NURTURE_SCHEDULE', ''), '0 */5 * * * *')
param azureTableName = given(readEnvironmentVariable('AZURE_TABLE_NAME', ''), 'MarketplaceLeads')
param tablePrefix = trim(readEnvironmentVariable('TABLE_PREFIX', ''))

param dynamicsCredential = any(given(readEnvironmentVariable('DYNAMICS_CREDENTIAL', ''), 'secret'))
param settingsFromVault = trim(readEnvironmentVariable('VAULT_SECRETS', ''))

param channelSettings = trim(readEnvironmentVariable('CHANNEL_SETTINGS', ''))

param noticeSettings = {
  NOTICE_CHANNEL: any(trim(readEnvironmentVariable('NOTICE_CHANNEL', '')))
  NOTICE_TO: trim(readEnvironmentVariable('NOTICE_TO', ''))
  NOTICE_DETAILS: any(trim(readEnvironmentVariable('NOTICE_DETAILS', '')))
  EMAIL_ENDPOINT: trim(readEnvironmentVariable('EMAIL_ENDPOINT', ''))
  EMAIL_SENDER: trim(readEnvironmentVariable('EMAIL_SENDER', ''))
  PUBLIC_URL: trim(readEnvironmentVariable('PUBLIC_URL', ''))
  SILENCE_AFTER: trim(readEnvironmentVariable('SILENCE_AFTER', ''))
  FOLLOW_UP_GRACE: trim(readEnvironmentVariable('FOLLOW_UP_GRACE', ''))
}

// Nothing secret in here: parameters stay readable in the history of deployments.
param destinationSettings = {
  DYNAMICS_URL: trim(readEnvironmentVariable('DYNAMICS_URL', ''))
  DYNAMICS_TENANT_ID: trim(readEnvironmentVariable('DYNAMICS_TENANT_ID', ''))
  DYNAMICS_CLIENT_ID: trim(readEnvironmentVariable('DYNAMICS_CLIENT_ID', ''))
  DYNAMICS_AUTHORITY: trim(readEnvironmentVariable('DYNAMICS_AUTHORITY', ''))
  DYNAMICS_OWNER: trim(readEnvironmentVariable('DYNAMICS_OWNER', ''))
  DYNAMICS_LEAD_SOURCE_CODE: trim(readEnvironmentVariable('DYNAMICS_LEAD_SOURCE_CODE', ''))
  DYNAMICS_COUNTRY: any(trim(readEnvironmentVariable('DYNAMICS_COUNTRY', '')))
  DYNAMICS_FIELDS: trim(readEnvironmentVariable('DYNAMICS_FIELDS', ''))
  DYNAMICS_OUTCOMES: trim(readEnvironmentVariable('DYNAMICS_OUTCOMES', ''))

  HUBSPOT_URL: trim(readEnvironmentVariable('HUBSPOT_URL', ''))
  HUBSPOT_API_VERSION: trim(readEnvironmentVariable('HUBSPOT_API_VERSION', ''))
  HUBSPOT_ID_PROPERTY: trim(readEnvironmentVariable('HUBSPOT_ID_PROPERTY', ''))
  HUBSPOT_OWNER: trim(readEnvironmentVariable('HUBSPOT_OWNER', ''))
  HUBSPOT_LEAD_STATUS: trim(readEnvironmentVariable('HUBSPOT_LEAD_STATUS', ''))
  HUBSPOT_LIFECYCLE_STAGE: trim(readEnvironmentVariable('HUBSPOT_LIFECYCLE_STAGE', ''))
  HUBSPOT_FIELDS: trim(readEnvironmentVariable('HUBSPOT_FIELDS', ''))
  HUBSPOT_OUTCOMES: trim(readEnvironmentVariable('HUBSPOT_OUTCOMES', ''))
  HUBSPOT_COUNTRY: any(trim(readEnvironmentVariable('HUBSPOT_COUNTRY', '')))
  HUBSPOT_FILL_EMPTY_ONLY: trim(readEnvironmentVariable('HUBSPOT_FILL_EMPTY_ONLY', ''))
  HUBSPOT_UNSUBSCRIBE: trim(readEnvironmentVariable('HUBSPOT_UNSUBSCRIBE', ''))
  HUBSPOT_TIME_ZONE: trim(readEnvironmentVariable('HUBSPOT_TIME_ZONE', ''))

  HTTPS_ENDPOINT_BODY: any(trim(readEnvironmentVariable('HTTPS_ENDPOINT_BODY', '')))

  MARKETO_URL: trim(readEnvironmentVariable('MARKETO_URL', ''))
  MARKETO_CLIENT_ID: trim(readEnvironmentVariable('MARKETO_CLIENT_ID', ''))
  MARKETO_ID_FIELD: trim(readEnvironmentVariable('MARKETO_ID_FIELD', ''))
  MARKETO_INTEREST_FIELD: trim(readEnvironmentVariable('MARKETO_INTEREST_FIELD', ''))
  MARKETO_PARTITION: trim(readEnvironmentVariable('MARKETO_PARTITION', ''))
  MARKETO_COUNTRY: any(trim(readEnvironmentVariable('MARKETO_COUNTRY', '')))
  MARKETO_FILL_EMPTY_ONLY: trim(readEnvironmentVariable('MARKETO_FILL_EMPTY_ONLY', ''))
  MARKETO_SOURCE: trim(readEnvironmentVariable('MARKETO_SOURCE', ''))
  MARKETO_STATUS: trim(readEnvironmentVariable('MARKETO_STATUS', ''))
  MARKETO_OPEN_STATUSES: trim(readEnvironmentVariable('MARKETO_OPEN_STATUSES', ''))
  MARKETO_FIELDS: trim(readEnvironmentVariable('MARKETO_FIELDS', ''))
  MARKETO_OUTCOMES: trim(readEnvironmentVariable('MARKETO_OUTCOMES', ''))

  SALESFORCE_URL: trim(readEnvironmentVariable('SALESFORCE_URL', ''))
  SALESFORCE_CLIENT_ID: trim(readEnvironmentVariable('SALESFORCE_CLIENT_ID', ''))
  SALESFORCE_API_VERSION: trim(readEnvironmentVariable('SALESFORCE_API_VERSION', ''))
  SALESFORCE_ID_FIELD: trim(readEnvironmentVariable('SALESFORCE_ID_FIELD', ''))
  SALESFORCE_OWNER: trim(readEnvironmentVariable('SALESFORCE_OWNER', ''))
  SALESFORCE_ASSIGNMENT: trim(readEnvironmentVariable('SALESFORCE_ASSIGNMENT', ''))
  SALESFORCE_STATUS: trim(readEnvironmentVariable('SALESFORCE_STATUS', ''))
  SALESFORCE_LEAD_SOURCE: trim(readEnvironmentVariable('SALESFORCE_LEAD_SOURCE', ''))
  SALESFORCE_COMPANY_PLACEHOLDER: trim(readEnvironmentVariable('SALESFORCE_COMPANY_PLACEHOLDER', ''))
  SALESFORCE_COUNTRY_FIELD: any(trim(readEnvironmentVariable('SALESFORCE_COUNTRY_FIELD', '')))
  SALESFORCE_COUNTRY: any(trim(readEnvironmentVariable('SALESFORCE_COUNTRY', '')))
  SALESFORCE_FILL_EMPTY_ONLY: trim(readEnvironmentVariable('SALESFORCE_FILL_EMPTY_ONLY', ''))
  SALESFORCE_CLOSED_TASK_STATUS: trim(readEnvironmentVariable('SALESFORCE_CLOSED_TASK_STATUS', ''))
  SALESFORCE_FIELDS: trim(readEnvironmentVariable('SALESFORCE_FIELDS', ''))
  SALESFORCE_OUTCOMES: trim(readEnvironmentVariable('SALESFORCE_OUTCOMES', ''))
}
