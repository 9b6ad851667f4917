// What the value of a setting may be: the same as in shared/setting_types.py, by which the app checks it.
// Compile-time only: nothing in here is deployed. Each function that ends in "Faults" returns sentences.

import { AppSetting, neededSecrets, secretSettings } from 'destinations.bicep'
import { isSchedule } from 'schedule.bicep'
import { capitals, characters, consistsOf, digits, letters } from 'text.bicep'

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
    faultIf(empty(names(crm)), 'CRM: names no destination; there are: ${join(objectKeys(neededSecrets), ', ')}'),
    map(
      filter(names(crm), name => !contains(objectKeys(neededSecrets), name)),
      name => 'CRM: names \'${name}\'; the destinations are: ${join(objectKeys(neededSecrets), ', ')}'
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

func isAddress(setting string) bool =>
  endsWith(setting, '_URL') || contains(['DYNAMICS_AUTHORITY', 'EMAIL_ENDPOINT'], setting)

@export()
@description('An address on the same machine, which the app takes when it runs locally, is of no use in Azure.')
func addressFaults(settings AppSetting[]) string[] =>
  map(
    filter(settings, each => isAddress(each.name) && !startsWith(each.value, 'https://')),
    each => '${each.name}: is \'${each.value}\'; should be an https address'
  )

var switchValues = ['true', 'false', '1', '0', 'yes', 'no', 'on', 'off', 't', 'f', 'y', 'n']

func isSwitch(setting string) bool => endsWith(setting, '_FILL_EMPTY_ONLY') || setting == 'HUBSPOT_UNSUBSCRIBE'

@export()
func switchFaults(settings AppSetting[]) string[] =>
  map(
    filter(settings, each => isSwitch(each.name) && !contains(switchValues, toLower(each.value))),
    each => '${each.name}: is \'${each.value}\'; should be true or false'
  )

@description('A duration with each number written as 0.')
func shape(duration string) string =>
  reduce(
    characters(duration),
    '',
    (before, next) => contains(digits, next) ? (endsWith(before, '0') ? before : '${before}0') : '${before}${next}'
  )

@description('The number before the letter of a unit, 0 without it.')
func amount(duration string, unit string) int =>
  contains(duration, unit)
    ? int(last(split(join(map(characters(first(split(duration, unit))), c => contains(digits, c) ? c : ' '), ''), ' ')))
    : 0

func seconds(duration string) int =>
  reduce(items(secondsOf), 0, (before, unit) => before + amount(duration, unit.key) * unit.value)

func isDuration(value string) bool =>
  length(value) <= longestDuration && contains(durations, shape(value))
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
