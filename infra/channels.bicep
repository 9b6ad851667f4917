// The settings of notice channels. Compile-time only: nothing in here is deployed.

@export()
@description('Settings of notices, none of them secret; empty ones are not set.')
@sealed()
type Settings = {
  NOTICE_CHANNEL: ('' | 'email' | 'https_endpoint' | 'slack' | 'teams')?
  NOTICE_TO: string?
  NOTICE_DETAILS: ('' | 'little' | 'full')?
  EMAIL_ENDPOINT: string?
  EMAIL_SENDER: string?
  PUBLIC_URL: string?
  SILENCE_AFTER: string?
  FOLLOW_UP_GRACE: string?
}

@export()
@description('Settings that each kind of channel must have, secret ones too.')
var needs = {
  email: ['EMAIL_ENDPOINT', 'EMAIL_SENDER']
  https_endpoint: ['NOTICE_CHANNEL_URL']
  slack: ['NOTICE_CHANNEL_URL']
  teams: ['NOTICE_CHANNEL_URL']
}
