// What the value of a setting may be: the same as in shared/setting_types.py, by which the app checks it.
// Compile-time only: nothing in here is deployed. Each function that ends in "Faults" returns sentences.

import { isBase, isAddress, isMailbox, isPublic } from 'addresses.bicep'
import { needs as channelNeeds } from 'channels.bicep'
import { AppSetting, needs, needsOf, secretSettings } from 'destinations.bicep'
import { isSchedule } from 'schedule.bicep'
import { isObject } from 'json.bicep'
import { areOutcomes, outcomes } from 'outcomes.bicep'
import { fits, shapes } from 'shapes.bicep'
import { capitals, characters, consistsOf, digits, letters, withNumbersAsZero } from 'text.bicep'

var times = ['T0H', 'T0M', 'T0S', 'T0H0M', 'T0H0S', 'T0M0S', 'T0H0M0S']
var durations = concat(['P0W', 'P0D'], map(times, time => 'P${time}'), map(times, time => 'P0D${time}'))
var longestDuration = 15
var secondsOf = { W: 604800, D: 86400, H: 3600, M: 60, S: 1 }
var mostSeconds = 90 * secondsOf.D

@export()
@description('The relay\'s own tables, named without the prefix.')
var ownTables = ['Leads', 'LeadIndex', 'Teams', 'Quarantine', 'Outbox']

@export()
@description('A variable of the environment without white space around it; an empty one is the default.')
func given(variable string, default string) string => empty(trim(variable)) ? default : trim(variable)

@export()
@description('The names in a list with commas.')
func names(list string) string[] => filter(map(split(list, ','), name => trim(name)), name => !empty(name))

func faultIf(wrong bool, sentence string) string[] => wrong ? [sentence] : []

@export()
func destinationFaults(crm string) string[] =>
  concat(
    faultIf(empty(names(crm)), 'CRM: names no destination; there are: ${join(objectKeys(needs), ', ')}'),
    map(
      filter(names(crm), name => !contains(objectKeys(needs), name)),
      name => 'CRM: names \'${name}\'; the destinations are: ${join(objectKeys(needs), ', ')}'
    )
  )

@export()
func secretFaults(list string) string[] =>
  map(
    filter(names(list), name => !contains(secretSettings, name)),
    name => 'VAULT_SECRETS: names \'${name}\'; the secret settings are: ${join(secretSettings, ', ')}'
  )

var secretEndings = ['_URL', '_SECRET']

func isChannelSetting(name string) bool =>
  length(name) <= 100 && consistsOf(name, '${capitals}${digits}_') && contains(capitals, take(name, 1)) && !empty(filter(
    secretEndings,
    ending => endsWith(name, ending)
  ))

@export()
@description('Names that routing.toml may give, and that are no settings of the relay.')
func channelSettingFaults(list string, taken string[]) string[] =>
  map(
    filter(names(list), name => !isChannelSetting(name) || contains(taken, name)),
    name =>
      'CHANNEL_SETTINGS: names \'${name}\'; should be capital letters, digits and _, end in _URL or _SECRET, and be no other setting of the relay'
  )

@export()
func scheduleFaults(schedule string) string[] =>
  faultIf(
    !isSchedule(schedule),
    'NURTURE_SCHEDULE: is \'${schedule}\'; should be six fields with one space between, the second first, such as 0 */5 * * * *, or an interval such as 00:05:00, and come at some time'
  )

@description('Settings that must be set and are not; those in the vault are for the app to look at.')
func missingFaults(needed string[], settings AppSetting[], because string) string[] =>
  map(
    filter(needed, name => !contains(secretSettings, name) && !contains(map(settings, each => each.name), name)),
    name => '${name}: is not set; should be, since ${because}'
  )

@export()
@description('What the destinations that CRM names are lacking.')
func destinationGaps(crm string, dynamicsCredential string, settings AppSetting[]) string[] =>
  flatten(map(union(names(crm), []), name => missingFaults(needsOf(name, dynamicsCredential), settings, 'CRM names ${name}')))

@export()
@description('What the default channel is lacking.')
func channelGaps(channel string, settings AppSetting[]) string[] =>
  missingFaults(channelNeeds[?channel] ?? [], settings, 'NOTICE_CHANNEL is ${channel}')

func isWellFormed(setting AppSetting) bool =>
  setting.name == 'PUBLIC_URL'
    ? isPublic(setting.value)
    : setting.name == 'DYNAMICS_URL' ? isAddress(setting.value) : isBase(setting.value)

func holdsAddress(name string) bool =>
  endsWith(name, '_URL') || contains(['DYNAMICS_AUTHORITY', 'EMAIL_ENDPOINT'], name)

@export()
func addressFaults(settings AppSetting[]) string[] =>
  map(
    filter(settings, each => holdsAddress(each.name) && !isWellFormed(each)),
    each => '${each.name}: is \'${each.value}\'; should be an https address without query or fragment'
  )

@export()
func senderFaults(sender string) string[] =>
  faultIf(
    !empty(sender) && !isMailbox(sender),
    'EMAIL_SENDER: is \'${sender}\'; should be the address that notices come from'
  )

@export()
func shapeFaults(settings AppSetting[]) string[] =>
  map(
    filter(settings, each => contains(objectKeys(shapes), each.name) && !fits(each.value, shapes[each.name])),
    each => '${each.name}: is \'${each.value}\'; should be ${shapes[each.name].should}'
  )

@export()
func ownFieldFaults(settings AppSetting[]) string[] =>
  map(
    filter(settings, each => endsWith(each.name, '_FIELDS') && !isObject(each.value)),
    each => '${each.name}: is \'${each.value}\'; should be JSON such as {"a field": "{offer_title}"}'
  )

@export()
func outcomeFaults(settings AppSetting[]) string[] =>
  map(
    filter(settings, each => endsWith(each.name, '_OUTCOMES') && !areOutcomes(each.value)),
    each =>
      '${each.name}: is \'${each.value}\'; should be JSON such as {"a status": "won"}, each status once; the outcomes are: ${join(outcomes, ', ')}'
  )

@export()
func statusFaults(list string) string[] =>
  faultIf(
    !empty(list) && empty(names(list)),
    'MARKETO_OPEN_STATUSES: is \'${list}\'; should be names, separated by commas'
  )

var switchValues = ['true', 'false', '1', '0', 'yes', 'no', 'on', 'off', 't', 'f', 'y', 'n']

func isSwitch(setting string) bool => endsWith(setting, '_FILL_EMPTY_ONLY') || setting == 'HUBSPOT_UNSUBSCRIBE'

@export()
func switchFaults(settings AppSetting[]) string[] =>
  map(
    filter(settings, each => isSwitch(each.name) && !contains(switchValues, toLower(each.value))),
    each => '${each.name}: is \'${each.value}\'; should be true or false'
  )

@description('The number before the letter of a unit, 0 without it.')
func amount(duration string, unit string) int =>
  contains(duration, unit)
    ? int(last(split(join(map(characters(first(split(duration, unit))), c => contains(digits, c) ? c : ' '), ''), ' ')))
    : 0

func seconds(duration string) int =>
  reduce(items(secondsOf), 0, (before, unit) => before + amount(duration, unit.key) * unit.value)

func isDuration(value string) bool =>
  length(value) <= longestDuration && contains(durations, withNumbersAsZero(value))
    ? seconds(value) > 0 && seconds(value) <= mostSeconds
    : false

@export()
func durationFaults(name string, value string) string[] =>
  faultIf(
    !isDuration(value),
    '${name}: is \'${value}\'; should be an ISO 8601 duration in weeks, or in days, hours, minutes and seconds, as whole numbers (months and years have no fixed length), up to 90 days, such as PT24H'
  )

@export()
@description('Empty is the default of the app, 0 is never.')
func silenceFaults(value string) string[] => empty(value) || value == '0' ? [] : durationFaults('SILENCE_AFTER', value)

@export()
@description('Return what is wrong with FOLLOW_UP_GRACE.')
func graceFaults(value string) string[] => empty(value) ? [] : durationFaults('FOLLOW_UP_GRACE', value)

func isWord(value string) bool => consistsOf(value, '${letters}${digits}') && contains(letters, take(value, 1))

func isName(value string, least int, most int) bool => length(value) >= least && length(value) <= most && isWord(value)

@description('Names that no other table may have. Azure does not tell upper case from lower, and reserves "tables".')
func takenTables(prefix string) string[] =>
  concat(['tables'], ownTables, map(empty(prefix) ? [] : ownTables, name => '${prefix}${name}'))

@export()
func tableFaults(prefix string, table string) string[] =>
  concat(
    faultIf(
      !empty(prefix) && !isName(prefix, 1, 31),
      'TABLE_PREFIX: is \'${prefix}\'; should be at most 31 letters and digits, a letter first'
    ),
    faultIf(
      !isName(table, 3, 63),
      'AZURE_TABLE_NAME: is \'${table}\'; should be 3 to 63 letters and digits, a letter first'
    ),
    faultIf(
      contains(map(takenTables(prefix), name => toLower(name)), toLower(table)),
      'AZURE_TABLE_NAME: is \'${table}\'; should be another table than ${join(takenTables(prefix), ', ')}, in any case'
    )
  )
