// What the destinations are, and the settings of each. Compile-time only: nothing in here is deployed.

@export()
@description('Settings that each destination must have, secret ones too.')
var needs = {
  azure_table: []
  dynamics: ['DYNAMICS_URL', 'DYNAMICS_TENANT_ID', 'DYNAMICS_CLIENT_ID', 'DYNAMICS_CLIENT_SECRET']
  hubspot: ['HUBSPOT_TOKEN']
  https_endpoint: ['HTTPS_ENDPOINT_URL']
  marketo: ['MARKETO_URL', 'MARKETO_CLIENT_ID', 'MARKETO_CLIENT_SECRET']
  salesforce: ['SALESFORCE_URL', 'SALESFORCE_CLIENT_ID', 'SALESFORCE_CLIENT_SECRET']
}

@description('What dynamics does not need where the app signs in with its identity.')
var ofAppRegistration = ['DYNAMICS_TENANT_ID', 'DYNAMICS_CLIENT_ID', 'DYNAMICS_CLIENT_SECRET']

@export()
@description('Settings that a destination must have, given how dynamics signs in.')
func needsOf(destination string, dynamicsCredential string) string[] =>
  filter(needs[?destination] ?? [], name => dynamicsCredential == 'secret' || !contains(ofAppRegistration, name))

@export()
@description('All secret settings. In the vault they have hyphens, since Key Vault takes no underscores.')
var secretSettings = [
  'DYNAMICS_CLIENT_SECRET'
  'HTTPS_ENDPOINT_BEARER'
  'HTTPS_ENDPOINT_SECRET'
  'HTTPS_ENDPOINT_URL'
  'HUBSPOT_TOKEN'
  'LEAD_ID_KEY'
  'MARKETO_CLIENT_SECRET'
  'NOTICE_CHANNEL_SECRET'
  'NOTICE_CHANNEL_URL'
  'SALESFORCE_CLIENT_SECRET'
]

@description('How countries are written.')
type CountryFormat = 'as_given' | 'iso' | 'name'

@export()
@description('Settings of destinations, none of them secret; empty ones are not set.')
@sealed()
type Settings = {
  DYNAMICS_URL: string?
  DYNAMICS_TENANT_ID: string?
  DYNAMICS_CLIENT_ID: string?
  DYNAMICS_AUTHORITY: string?
  DYNAMICS_OWNER: string?
  DYNAMICS_LEAD_SOURCE_CODE: string?
  DYNAMICS_COUNTRY: ('' | CountryFormat)?
  DYNAMICS_FIELDS: string?
  DYNAMICS_OUTCOMES: string?

  HUBSPOT_URL: string?
  HUBSPOT_API_VERSION: string?
  HUBSPOT_ID_PROPERTY: string?
  HUBSPOT_OWNER: string?
  HUBSPOT_LEAD_STATUS: string?
  HUBSPOT_LIFECYCLE_STAGE: string?
  HUBSPOT_FIELDS: string?
  HUBSPOT_OUTCOMES: string?
  HUBSPOT_COUNTRY: ('' | CountryFormat)?
  HUBSPOT_FILL_EMPTY_ONLY: string?
  HUBSPOT_UNSUBSCRIBE: string?
  HUBSPOT_TIME_ZONE: string?

  HTTPS_ENDPOINT_BODY: ('' | 'lead' | 'marketplace')?

  MARKETO_URL: string?
  MARKETO_CLIENT_ID: string?
  MARKETO_ID_FIELD: string?
  MARKETO_INTEREST_FIELD: string?
  MARKETO_PARTITION: string?
  MARKETO_COUNTRY: ('' | CountryFormat)?
  MARKETO_FILL_EMPTY_ONLY: string?
  MARKETO_SOURCE: string?
  MARKETO_STATUS: string?
  MARKETO_OPEN_STATUSES: string?
  MARKETO_FIELDS: string?
  MARKETO_OUTCOMES: string?

  SALESFORCE_URL: string?
  SALESFORCE_CLIENT_ID: string?
  SALESFORCE_API_VERSION: string?
  SALESFORCE_ID_FIELD: string?
  SALESFORCE_OWNER: string?
  SALESFORCE_ASSIGNMENT: string?
  SALESFORCE_STATUS: string?
  SALESFORCE_LEAD_SOURCE: string?
  SALESFORCE_COMPANY_PLACEHOLDER: string?
  SALESFORCE_COUNTRY_FIELD: ('' | 'Country' | 'CountryCode')?
  SALESFORCE_COUNTRY: ('' | CountryFormat)?
  SALESFORCE_FILL_EMPTY_ONLY: string?
  SALESFORCE_CLOSED_TASK_STATUS: string?
  SALESFORCE_FIELDS: string?
  SALESFORCE_OUTCOMES: string?
}

@export()
@description('A setting as the app gets it.')
type AppSetting = { name: string, value: string }

@description('Settings by name, whichever.')
type AnySettings = { *: string? }

@export()
@description('The settings that are not empty.')
func filled(settings AnySettings) AppSetting[] =>
  map(filter(items(settings), each => !empty(each.?value)), each => { name: each.key, value: each.?value ?? '' })
