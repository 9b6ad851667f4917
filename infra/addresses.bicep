// Addresses: the same as in shared/destinations/http/addresses.py, and of those that people see and write to.
// Compile-time only: nothing in here is deployed.

import { consistsOf, hasOneOf, hasTwo, hexDigits, isAtStart, isNumber, whiteSpace } from 'text.bicep'

var noHostHas = '${whiteSpace}!"#$%&\'()*+,/:;<=>?@[\\]^`{|}~'

func authority(address string) string => first(split(skip(address, length('https://')), ['/', '?', '#']))

@description('What follows the last colon, which may not be one inside of brackets; "" without it.')
func port(authority string) string => contains(last(split(authority, ']')), ':') ? last(split(authority, ':')) : ''

func host(authority string) string =>
  contains(last(split(authority, ']')), ':') ? take(authority, lastIndexOf(authority, ':')) : authority

func isPort(text string) bool => empty(text) || (isNumber(text, 9) ? int(text) > 0 && int(text) <= 65535 : false)

func labels(name string) string[] => split(endsWith(name, '.') ? take(name, length(name) - 1) : name, '.')

func isName(name string) bool =>
  !hasOneOf(name, noHostHas) && empty(filter(labels(name), label => empty(label) || length(label) > 63))

func isHost(text string) bool =>
  isAtStart(text, '[')
    ? endsWith(text, ']') && contains(text, ':') && consistsOf(text, '[]:.${hexDigits}')
    : isName(text)

@export()
@description('An https address. One of the same machine, which the app takes when it runs locally, is of no use in Azure.')
func isAddress(address string) bool =>
  startsWith(address, 'https://') && isHost(host(authority(address))) && isPort(port(authority(address))) && !hasOneOf(
    address,
    '\t\r\n'
  )

@export()
@description('An https address that paths can be added to.')
func isBase(address string) bool => isAddress(address) && !hasOneOf(address, '?#')

func isPublicRest(text string) bool =>
  !hasOneOf(text, '${whiteSpace}?#') && !empty(first(split(text, '/'))) && !contains(first(split(text, '/')), '@')

@export()
@description('Where people open the app: the same as PUBLIC_URL in shared/acting_settings.py.')
func isPublic(address string) bool =>
  !empty(filter(
    ['https://', 'http://'],
    scheme => isAtStart(address, scheme) && isPublicRest(skip(address, length(scheme)))
  ))

@description('A dot with something on either side.')
func isDomain(text string) bool => contains(take(skip(text, 1), length(text) - 2), '.')

@export()
@description('A mailbox: the same as in shared/channels/email/address.py.')
func isMailbox(text string) bool =>
  hasTwo(text, '@') && !hasOneOf(text, '${whiteSpace}<>,;') && !empty(first(split(text, '@'))) && isDomain(last(split(
    text,
    '@'
  )))
