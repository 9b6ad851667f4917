// Everything that the relay needs in one resource group. See README.md beside this file.

targetScope = 'resourceGroup'

import * as channels from 'channels.bicep'
import * as destinations from 'destinations.bicep'
import * as values from 'values.bicep'

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
param crm string = 'azure_table'

@description('Setting TEST_LEADS: what becomes of Partner Center\'s test leads.')
@allowed(['deliver', 'record'])
param testLeads string = 'deliver'

@description('Setting REPEAT_WINDOW: how long the same push again is a repeat, as ISO 8601 duration.')
param repeatWindow string = 'PT24H'

@description('Setting FOLLOW_UP_WITHIN: when a lead without follow-up is flagged, as ISO 8601 duration.')
param followUpWithin string = 'PT24H'

@description('Setting NURTURE_SCHEDULE: when the sweep runs; six fields, the first is seconds, UTC.')
param nurtureSchedule string = '0 */5 * * * *'

@description('Setting AZURE_TABLE_NAME: table of the destination azure_table, named without the prefix.')
param azureTableName string = 'MarketplaceLeads'

@description('Setting TABLE_PREFIX: begins the names of the relay\'s own tables; letters and digits.')
param tablePrefix string = ''

@description('Setting DYNAMICS_CREDENTIAL: a client secret, or this app\'s identity, which has nothing to renew.')
@allowed(['secret', 'managedidentity'])
param dynamicsCredential string = 'secret'

@description('Other settings of destinations by name, none of them secret; empty ones are not set.')
param destinationSettings destinations.Settings = {}

@description('Settings to take from the vault besides those that CRM\'s destinations must have, separated by commas.')
param settingsFromVault string = ''

@description('Settings of notices by name, none of them secret; empty ones are not set.')
param noticeSettings channels.Settings = {}

@description('Settings that channels in routing.toml name, to take from the vault too, separated by commas.')
param channelSettings string = ''

// What the app would refuse, all together.
var faults = concat(
  values.destinationFaults(crm),
  values.secretFaults(settingsFromVault),
  values.channelSettingFaults(channelSettings, concat(objectKeys(destinationSettings), objectKeys(noticeSettings))),
  values.durationFaults('REPEAT_WINDOW', repeatWindow),
  values.durationFaults('FOLLOW_UP_WITHIN', followUpWithin),
  values.silenceFaults(noticeSettings.?SILENCE_AFTER ?? ''),
  values.graceFaults(noticeSettings.?FOLLOW_UP_GRACE ?? ''),
  values.scheduleFaults(nurtureSchedule),
  values.tableFaults(tablePrefix, azureTableName),
  values.destinationGaps(crm, dynamicsCredential, destinations.filled(destinationSettings)),
  values.channelGaps(noticeSettings.?NOTICE_CHANNEL ?? '', destinations.filled(noticeSettings)),
  values.addressFaults(destinations.filled(destinationSettings)),
  values.addressFaults(destinations.filled(noticeSettings)),
  values.senderFaults(noticeSettings.?EMAIL_SENDER ?? ''),
  values.shapeFaults(destinations.filled(destinationSettings)),
  values.ownFieldFaults(destinations.filled(destinationSettings)),
  values.outcomeFaults(destinations.filled(destinationSettings)),
  values.statusFaults(destinationSettings.?MARKETO_OPEN_STATUSES ?? ''),
  values.switchFaults(destinations.filled(destinationSettings))
)

// Every name is made of it: where there is a fault, nothing is created or changed.
var token = empty(faults)
  ? uniqueString(subscription().id, resourceGroup().id, environmentName)
  : fail('wrong settings:\n- ${join(faults, '\n- ')}\n')
var tags = { 'azd-env-name': environmentName }
var alwaysReady = [{ name: 'http', instanceCount: alwaysReadyInstances }]

// The poison queue is the host's: without a function on it, what is there is lost after 7 days.
var queueNames = ['leads', 'leads-poison']

var vaultName = 'kv-leads-${token}'
var needed = filter(
  flatten(concat(
    map(values.names(crm), destination => destinations.needsOf(destination, dynamicsCredential)),
    [channels.needs[?(noticeSettings.?NOTICE_CHANNEL ?? '')] ?? []]
  )),
  name => contains(destinations.secretSettings, name)
)

// A reference to a secret that is not there would be refused by the app: only what is in use gets one. See
// https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
var secretAppSettings = map(union(needed, values.names(settingsFromVault), values.names(channelSettings)), name => {
  name: name
  value: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${replace(name, '_', '-')})'
})

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

resource storage 'Microsoft.Storage/storageAccounts@2025-08-01' = {
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

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: storage
  name: 'default'
}

resource deploymentContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobService
  name: 'deployment'
  properties: { publicAccess: 'None' }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-08-01' = {
  parent: storage
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-08-01' = [
  for name in queueNames: {
    parent: queueService
    name: name
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-08-01' = {
  parent: storage
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-08-01' = [
  for name in values.ownTables: {
    parent: tableService
    name: '${tablePrefix}${name}'
  }
]

resource azureTable 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-08-01' = {
  parent: tableService
  name: azureTableName
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
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

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
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

resource storageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in storageRoleIds: {
    name: guid(storage.id, identity.id, roleId)
    scope: storage
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

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
  name: 'plan-leads-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
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
      appSettings: concat(
        [
          { name: 'AzureWebJobsStorage__accountName', value: storage.name }
          { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
          { name: 'AzureWebJobsStorage__clientId', value: identity.properties.clientId }
          { name: 'LeadStorage__queueServiceUri', value: storage.properties.primaryEndpoints.queue }
          { name: 'LeadStorage__tableServiceUri', value: storage.properties.primaryEndpoints.table }
          { name: 'LeadStorage__credential', value: 'managedidentity' }
          { name: 'LeadStorage__clientId', value: identity.properties.clientId }
          { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
          { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
          {
            name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
            value: 'ClientId=${identity.properties.clientId};Authorization=AAD'
          }
          { name: 'NURTURE_SCHEDULE', value: nurtureSchedule }
          { name: 'CRM', value: join(values.names(crm), ',') }
          { name: 'TEST_LEADS', value: testLeads }
          { name: 'REPEAT_WINDOW', value: repeatWindow }
          { name: 'FOLLOW_UP_WITHIN', value: followUpWithin }
          { name: 'AZURE_TABLE_NAME', value: azureTableName }
        ],
        empty(tablePrefix) ? [] : [{ name: 'TABLE_PREFIX', value: tablePrefix }],
        dynamicsCredential == 'secret'
          ? []
          : [
              { name: 'DYNAMICS_CREDENTIAL', value: dynamicsCredential }
              { name: 'DYNAMICS_IDENTITY_CLIENT_ID', value: identity.properties.clientId }
            ],
        destinations.filled(destinationSettings),
        destinations.filled(noticeSettings),
        secretAppSettings
      )
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
