// For azd, which offers its environment here (`azd env set CRM azure_table`), and for az, which offers
// the shell's. A variable has the name of the app's setting; the defaults are those of main.bicep.

using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'relay')

param storageSku = readEnvironmentVariable('STORAGE_SKU', 'Standard_ZRS')
param instanceMemoryMB = int(readEnvironmentVariable('INSTANCE_MEMORY_MB', '2048'))
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
