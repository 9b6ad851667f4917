// Timer schedules that the host reads as a person does: the same as in shared/domain/ncrontab.py, which says why.
// Compile-time only: nothing in here is deployed.

import { characters, hasTwo, isNumber } from 'text.bicep'

type Field = { least: int, greatest: int, names: string[] }

var months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
var days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
var daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

var dayOfMonth = { least: 1, greatest: 31, names: [] }
var month = { least: 1, greatest: 12, names: months }
var fields = [
  { least: 0, greatest: 59, names: [] }
  { least: 0, greatest: 59, names: [] }
  { least: 0, greatest: 23, names: [] }
  dayOfMonth
  month
  { least: 0, greatest: 6, names: days }
]

func base(item string) string => first(split(item, '/'))
func from(item string) string => first(split(base(item), '-'))
func to(item string) string => last(split(base(item), '-'))

@description('A number or the name of one, -1 if it is neither.')
func value(field Field, text string) int =>
  contains(field.names, toLower(text))
    ? indexOf(field.names, toLower(text)) + field.least
    : isNumber(text, 9) ? int(text) : -1

func isValue(field Field, text string) bool => value(field, text) >= field.least && value(field, text) <= field.greatest

func isRange(field Field, first string, last string) bool =>
  isValue(field, first) && isValue(field, last) && value(field, first) < value(field, last)

func isBase(field Field, text string) bool =>
  contains(text, '-') ? hasTwo(text, '-') && isRange(field, from(text), to(text)) : text == '*' || isValue(field, text)

func isStep(text string) bool => isNumber(text, 2) ? int(text) > 0 : false

func isItem(field Field, item string) bool =>
  isBase(field, base(item)) && (!contains(item, '/') || hasTwo(item, '/') && isStep(last(split(item, '/'))))

func isField(field Field, text string) bool => empty(filter(split(text, ','), item => !isItem(field, item)))

func least(field Field, item string) int => base(item) == '*' ? field.least : value(field, from(item))

@description('A step without an end runs to the end of the field.')
func greatest(field Field, item string) int =>
  base(item) == '*' || (contains(item, '/') && !contains(item, '-')) ? field.greatest : value(field, to(item))

func step(item string) int => contains(item, '/') ? int(last(split(item, '/'))) : 1

func covers(field Field, item string, number int) bool =>
  number >= least(field, item) && number <= greatest(field, item) && (number - least(field, item)) % step(item) == 0

func isMonth(monthField string, number int) bool =>
  !empty(filter(split(monthField, ','), item => covers(month, item, number)))

func firstDay(dayField string) int => min(map(split(dayField, ','), item => least(dayOfMonth, item)))

@description('Whether one of the months has one of the days.')
func comes(dayField string, monthField string) bool =>
  !empty(filter(range(1, 12), number => isMonth(monthField, number) && daysOfMonths[number - 1] >= firstDay(dayField)))

func part(text string, sign string, index int) string => split(text, sign)[?index] ?? ''

func areFields(text string) bool =>
  length(split(text, ' ')) == 6 && empty(filter(range(0, 6), i => !isField(fields[i], part(text, ' ', i))))
    ? comes(part(text, ' ', 3), part(text, ' ', 4))
    : false

func isBelow(text string, limit int) bool => isNumber(text, 2) && length(text) == 2 ? int(text) < limit : false

func areDays(text string) bool => hasTwo(text, '.') && isNumber(part(text, '.', 0), 3)

func areHours(text string) bool => isBelow(last(split(text, '.')), 24) && (!contains(text, '.') || areDays(text))

func isSpan(text string) bool =>
  length(split(text, ':')) == 3 && areHours(part(text, ':', 0)) && isBelow(part(text, ':', 1), 60) && isBelow(
    part(text, ':', 2),
    60
  )

@export()
@description('Six fields with one space between, or an interval such as 1.00:30:00; one that never comes is none.')
func isSchedule(text string) bool =>
  contains(text, ':')
    ? isSpan(text) && !empty(filter(characters(text), c => contains('123456789', c)))
    : areFields(text)
