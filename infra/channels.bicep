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
@description('Whether messages are posted to an address, which is secret.')
func needsAddress(settings Settings) bool =>
  contains(['https_endpoint', 'slack', 'teams'], settings.?NOTICE_CHANNEL ?? '')
