// For azd, which offers its environment here (`azd env set CRM azure_table`), and for az, which offers
// the shell's. A variable has the name of the app's setting; the defaults are those of main.bicep.

using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'relay')

param storageSku = readEnvironmentVariable('STORAGE_SKU', 'Standard_ZRS')
// any(): the type of the parameter is its allowed values, and the compiler can't know that a number is one.
param instanceMemoryMB = any(int(readEnvironmentVariable('INSTANCE_MEMORY_MB', '2048')))
param maximumInstanceCount = int(readEnvironmentVariable('MAXIMUM_INSTANCE_COUNT', '40'))
param httpConcurrency = int(readEnvironmentVariable('HTTP_CONCURRENCY', '32'))
param alwaysReadyInstances = int(readEnvironmentVariable('ALWAYS_READY_INSTANCES', '0'))
param zoneRedundant = bool(readEnvironmentVariable('ZONE_REDUNDANT', 'false'))

param crm = readEnvironmentVariable('CRM', 'azure_table')
param testLeads = readEnvironmentVariable('TEST_LEADS', 'deliver')
param repeatWindow = readEnvironmentVariable('REPEAT_WINDOW', 'PT24H')
param followUpWithin = readEnvironmentVariable('FOLLOW_UP_WITHIN', 'PT24H')
param nurtureSchedule = readEnvironmentVariable('NURTURE_SCHEDULE', '0 */5 * * * *')
param azureTableName = readEnvironmentVariable('AZURE_TABLE_NAME', 'MarketplaceLeads')
param tablePrefix = readEnvironmentVariable('TABLE_PREFIX', '')

param dynamicsCredential = readEnvironmentVariable('DYNAMICS_CREDENTIAL', 'secret')
param settingsFromVault = readEnvironmentVariable('VAULT_SECRETS', '')

// Nothing secret in here: parameters stay readable in the history of deployments.
param destinationSettings = {
  DYNAMICS_URL: readEnvironmentVariable('DYNAMICS_URL', '')
  DYNAMICS_TENANT_ID: readEnvironmentVariable('DYNAMICS_TENANT_ID', '')
  DYNAMICS_CLIENT_ID: readEnvironmentVariable('DYNAMICS_CLIENT_ID', '')
  DYNAMICS_AUTHORITY: readEnvironmentVariable('DYNAMICS_AUTHORITY', '')
  DYNAMICS_OWNER: readEnvironmentVariable('DYNAMICS_OWNER', '')
  DYNAMICS_LEAD_SOURCE_CODE: readEnvironmentVariable('DYNAMICS_LEAD_SOURCE_CODE', '')
  DYNAMICS_FIELDS: readEnvironmentVariable('DYNAMICS_FIELDS', '')

  HUBSPOT_URL: readEnvironmentVariable('HUBSPOT_URL', '')
  HUBSPOT_API_VERSION: readEnvironmentVariable('HUBSPOT_API_VERSION', '')
  HUBSPOT_ID_PROPERTY: readEnvironmentVariable('HUBSPOT_ID_PROPERTY', '')
  HUBSPOT_OWNER: readEnvironmentVariable('HUBSPOT_OWNER', '')
  HUBSPOT_LEAD_STATUS: readEnvironmentVariable('HUBSPOT_LEAD_STATUS', '')
  HUBSPOT_LIFECYCLE_STAGE: readEnvironmentVariable('HUBSPOT_LIFECYCLE_STAGE', '')
  HUBSPOT_FIELDS: readEnvironmentVariable('HUBSPOT_FIELDS', '')
  HUBSPOT_UNSUBSCRIBE: readEnvironmentVariable('HUBSPOT_UNSUBSCRIBE', '')
  HUBSPOT_TIME_ZONE: readEnvironmentVariable('HUBSPOT_TIME_ZONE', '')

  HTTPS_ENDPOINT_BODY: readEnvironmentVariable('HTTPS_ENDPOINT_BODY', '')

  MARKETO_URL: readEnvironmentVariable('MARKETO_URL', '')
  MARKETO_CLIENT_ID: readEnvironmentVariable('MARKETO_CLIENT_ID', '')
  MARKETO_ID_FIELD: readEnvironmentVariable('MARKETO_ID_FIELD', '')
  MARKETO_INTEREST_FIELD: readEnvironmentVariable('MARKETO_INTEREST_FIELD', '')
  MARKETO_PARTITION: readEnvironmentVariable('MARKETO_PARTITION', '')
  MARKETO_COUNTRY: readEnvironmentVariable('MARKETO_COUNTRY', '')
  MARKETO_FILL_EMPTY_ONLY: readEnvironmentVariable('MARKETO_FILL_EMPTY_ONLY', '')
  MARKETO_SOURCE: readEnvironmentVariable('MARKETO_SOURCE', '')
  MARKETO_STATUS: readEnvironmentVariable('MARKETO_STATUS', '')
  MARKETO_OPEN_STATUSES: readEnvironmentVariable('MARKETO_OPEN_STATUSES', '')
  MARKETO_FIELDS: readEnvironmentVariable('MARKETO_FIELDS', '')

  SALESFORCE_URL: readEnvironmentVariable('SALESFORCE_URL', '')
  SALESFORCE_CLIENT_ID: readEnvironmentVariable('SALESFORCE_CLIENT_ID', '')
  SALESFORCE_API_VERSION: readEnvironmentVariable('SALESFORCE_API_VERSION', '')
  SALESFORCE_ID_FIELD: readEnvironmentVariable('SALESFORCE_ID_FIELD', '')
  SALESFORCE_OWNER: readEnvironmentVariable('SALESFORCE_OWNER', '')
  SALESFORCE_ASSIGNMENT: readEnvironmentVariable('SALESFORCE_ASSIGNMENT', '')
  SALESFORCE_STATUS: readEnvironmentVariable('SALESFORCE_STATUS', '')
  SALESFORCE_LEAD_SOURCE: readEnvironmentVariable('SALESFORCE_LEAD_SOURCE', '')
  SALESFORCE_COMPANY_PLACEHOLDER: readEnvironmentVariable('SALESFORCE_COMPANY_PLACEHOLDER', '')
  SALESFORCE_COUNTRY_FIELD: readEnvironmentVariable('SALESFORCE_COUNTRY_FIELD', '')
  SALESFORCE_COUNTRY: readEnvironmentVariable('SALESFORCE_COUNTRY', '')
  SALESFORCE_FILL_EMPTY_ONLY: readEnvironmentVariable('SALESFORCE_FILL_EMPTY_ONLY', '')
  SALESFORCE_CLOSED_TASK_STATUS: readEnvironmentVariable('SALESFORCE_CLOSED_TASK_STATUS', '')
  SALESFORCE_FIELDS: readEnvironmentVariable('SALESFORCE_FIELDS', '')
}
