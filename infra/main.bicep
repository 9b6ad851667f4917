// Everything that the relay needs in one resource group. See README.md beside this file.
// Kept to syntax that checkov's parser reads too: no lambdas, no user-defined functions, no modules.

targetScope = 'resourceGroup'

@description('Tells relays in one resource group apart; with azd the name of its environment.')
@minLength(1)
@maxLength(64)
param environmentName string = 'relay'

@description('Region of all resources; the resource group\'s own unless given.')
param location string = resourceGroup().location

@description('Redundancy of the storage account. Standard_LRS where a region has no zones.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS', 'Standard_RAGRS', 'Standard_RAGZRS'])
param storageSku string = 'Standard_ZRS'

@description('Memory of one instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances that the app scales out to: a limit to cost, and to the load on the CRM.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Requests that one instance answers at a time. Ingestion only waits for one storage write.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 32

@description('Instances kept warm for requests: no cold start, but paid for all the time.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('Spreads instances over zones, not in every region: the platform then keeps two of each kind warm, paid for.')
param zoneRedundant bool = false

@description('Setting CRM: destinations of every lead, separated by commas.')
@minLength(1)
param crm string = 'azure_table'

@description('Setting TEST_LEADS: what becomes of Partner Center\'s test leads.')
@allowed(['deliver', 'record'])
param testLeads string = 'deliver'

@description('Setting REPEAT_WINDOW: how long the same push again is a repeat, as ISO 8601 duration.')
@minLength(3)
param repeatWindow string = 'PT24H'

@description('Setting FOLLOW_UP_WITHIN: when a lead without follow-up is flagged, as ISO 8601 duration.')
@minLength(3)
param followUpWithin string = 'PT24H'

@description('Setting NURTURE_SCHEDULE: when the sweep runs; six fields, the first is seconds, UTC.')
@minLength(11)
param nurtureSchedule string = '0 */5 * * * *'

@description('Setting AZURE_TABLE_NAME: table of the destination azure_table, named without the prefix.')
@minLength(3)
@maxLength(63)
param azureTableName string = 'MarketplaceLeads'

@description('Setting TABLE_PREFIX: begins the names of the relay\'s own tables; letters and digits.')
@maxLength(31)
param tablePrefix string = ''

@description('Setting DYNAMICS_CREDENTIAL: a client secret, or this app\'s identity, which has nothing to renew.')
@allowed(['secret', 'managedidentity'])
param dynamicsCredential string = 'secret'

@description('Other settings of destinations by name, none of them secret; empty ones are not set.')
param destinationSettings object = {}

@description('Settings to take from the vault besides those that CRM\'s destinations must have, separated by commas.')
@maxLength(500)
param settingsFromVault string = ''

var token = uniqueString(subscription().id, resourceGroup().id, environmentName)
var tags = { 'azd-env-name': environmentName }
var alwaysReady = [{ name: 'http', instanceCount: alwaysReadyInstances }]

// The poison queue is the host's: without a function on it, what is there is lost after 7 days.
var queueNames = ['leads', 'leads-poison']
var tableNames = ['Leads', 'LeadIndex', 'Quarantine', 'Outbox']

// What each destination must have from the vault. Another name in CRM fails the deployment.
var neededSecrets = {
  azure_table: []
  dynamics: dynamicsCredential == 'managedidentity' ? [] : ['DYNAMICS_CLIENT_SECRET']
  hubspot: ['HUBSPOT_TOKEN']
  https_endpoint: ['HTTPS_ENDPOINT_URL']
  marketo: ['MARKETO_CLIENT_SECRET']
  salesforce: ['SALESFORCE_CLIENT_SECRET']
}

// All secret settings, and their names in the vault, where "_" is not allowed.
// Another name in settingsFromVault fails the deployment.
var secretNames = {
  DYNAMICS_CLIENT_SECRET: 'DYNAMICS-CLIENT-SECRET'
  HTTPS_ENDPOINT_BEARER: 'HTTPS-ENDPOINT-BEARER'
  HTTPS_ENDPOINT_SECRET: 'HTTPS-ENDPOINT-SECRET'
  HTTPS_ENDPOINT_URL: 'HTTPS-ENDPOINT-URL'
  HUBSPOT_TOKEN: 'HUBSPOT-TOKEN'
  LEAD_ID_KEY: 'LEAD-ID-KEY'
  MARKETO_CLIENT_SECRET: 'MARKETO-CLIENT-SECRET'
  SALESFORCE_CLIENT_SECRET: 'SALESFORCE-CLIENT-SECRET'
}

var vaultName = 'kv-leads-${token}'
var destinations = split(replace(crm, ' ', ''), ',')
var needed = [for destination in destinations: neededSecrets[destination]]
var wanted = empty(settingsFromVault) ? [] : split(replace(settingsFromVault, ' ', ''), ',')

// A reference to a secret that is not there would be refused by the app: only what is in use gets one. See
// https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
var secretSettings = [for name in union(flatten(needed), wanted): {
  name: name
  value: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${secretNames[name]})'
}]

// A list for each setting, empty or of one: flattened, that leaves out the empty settings without a lambda.
var plainSettings = [for setting in items(destinationSettings): empty(setting.value) ? [] : [{ name: setting.key, value: setting.value }]]

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var storageRoleIds = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner: the host's leases and keys, the package
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor: triggers and messages
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor: leads, and the host's events
]
var metricsPublisherRoleId = '3913510d-42f4-4e42-8a64-420c390055eb' // Monitoring Metrics Publisher
var secretsUserRoleId = '4633458b-17de-408a-b874-0445c86b69e6' // Key Vault Secrets User: reads values, changes nothing

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-leads-${token}'
  location: location
  tags: tags
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  // checkov:skip=CKV_AZURE_35:the app has no network of its own; only Entra identities with a data role get in
  // checkov:skip=CKV_AZURE_59:as above; nothing in it can be read anonymously
  // checkov:skip=CKV_AZURE_206:a parameter, which can ask for a second region; the default is three zones of one
  // checkov:skip=CKV_AZURE_43:the name is computed; it has 20 lower-case letters and digits
  name: 'stleads${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: storageSku }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: storage
  name: 'default'
}

resource deploymentContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobService
  name: 'deployment'
  properties: { publicAccess: 'None' }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: storage
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [for name in queueNames: {
  parent: queueService
  name: name
}]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: storage
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [for name in tableNames: {
  parent: tableService
  name: '${tablePrefix}${name}'
}]

resource azureTable 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = {
  parent: tableService
  name: azureTableName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  // checkov:skip=CKV_AZURE_109:the app has no network of its own; only Entra identities with a data role get in
  // checkov:skip=CKV_AZURE_189:as above; a network of its own would cost more than all the rest
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-leads-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-leads-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource storageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for roleId in storageRoleIds: {
  name: guid(storage.id, identity.id, roleId)
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}]

resource metricsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, metricsPublisherRoleId)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisherRoleId)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource secretsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, secretsUserRoleId)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUserRoleId)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_225:a parameter: it is not offered in every region and costs instances that are always on
  name: 'plan-leads-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_222:Microsoft's marketplace calls this app from the internet
  // checkov:skip=CKV_AZURE_17:Microsoft's marketplace sends no client certificate
  // checkov:skip=CKV_AZURE_212:Flex Consumption sets the number of instances; see alwaysReadyInstances
  // checkov:skip=CKV_AZURE_213:Flex Consumption has no health check
  name: 'func-leads-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'relay' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    siteConfig: {
      http20Enabled: true
      minTlsVersion: '1.2'
      appSettings: concat([
        { name: 'AzureWebJobsStorage__accountName', value: storage.name }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: identity.properties.clientId }
        { name: 'LeadStorage__queueServiceUri', value: storage.properties.primaryEndpoints.queue }
        { name: 'LeadStorage__tableServiceUri', value: storage.properties.primaryEndpoints.table }
        { name: 'LeadStorage__credential', value: 'managedidentity' }
        { name: 'LeadStorage__clientId', value: identity.properties.clientId }
        { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
        { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${identity.properties.clientId};Authorization=AAD' }
        { name: 'NURTURE_SCHEDULE', value: nurtureSchedule }
        { name: 'CRM', value: crm }
        { name: 'TEST_LEADS', value: testLeads }
        { name: 'REPEAT_WINDOW', value: repeatWindow }
        { name: 'FOLLOW_UP_WITHIN', value: followUpWithin }
        { name: 'AZURE_TABLE_NAME', value: azureTableName }
      ], empty(tablePrefix) ? [] : [{ name: 'TABLE_PREFIX', value: tablePrefix }], dynamicsCredential == 'secret' ? [] : [
        { name: 'DYNAMICS_CREDENTIAL', value: dynamicsCredential }
        { name: 'DYNAMICS_IDENTITY_CLIENT_ID', value: identity.properties.clientId }
      ], flatten(plainSettings), secretSettings)
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer.name}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0 ? [] : alwaysReady
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
      runtime: { name: 'python', version: '3.13' }
    }
  }
  dependsOn: [queues, tables, azureTable, storageRoles, metricsRole, secretsRole]
}

// Code is sent with Entra tokens only: no user names and passwords, neither for FTP nor for the site that takes packages.
resource ftpCredentials 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scmCredentials 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

@description('Name of the function app.')
output FUNCTION_APP_NAME string = app.name

@description('Host name of the function app.')
output FUNCTION_APP_HOSTNAME string = app.properties.defaultHostName

@description('Address for Partner Center, without the key: README.md tells how to print it.')
output LEADS_ENDPOINT string = 'https://${app.properties.defaultHostName}/api/leads'

@description('Name of the storage account that holds the leads.')
output STORAGE_ACCOUNT_NAME string = storage.name

@description('Name of the vault that secret settings are taken from.')
output KEY_VAULT_NAME string = vault.name

@description('Client id of the app\'s identity: Dynamics 365 asks for it where the application user is made.')
output IDENTITY_CLIENT_ID string = identity.properties.clientId
